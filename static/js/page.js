/* Comfort for pages that work without it: nothing here is needed to file, read or sign. */
(function () {
  "use strict";
  var KEEP = "keep:";

  document.addEventListener("DOMContentLoaded", function () {
    var summary = document.querySelector(".errsum");
    if (summary) { summary.focus(); }
    each("form", sendOnce);
    each("[data-counter]", count);
    keepTyped();
    each("input[data-shrink]", function (input) {
      input.addEventListener("change", function () { shrinkAll(input, Number(input.dataset.shrink)); });
    });
    each("a[download$='.png']", offerSharing);
  });

  function each(selector, work) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), work);
  }

  /* A second tap within a second is a slip; the server takes care of real repeats. */
  function sendOnce(form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      setTimeout(function () { delete form.dataset.sent; }, 1000);
    });
  }

  /* The line says "0" where the number of characters goes. */
  function count(field) {
    var line = field.form.querySelector(".counter");
    if (!line) { return; }
    function show() { line.textContent = line.dataset.text.replace("0", String(Array.from(field.value).length)); }
    field.addEventListener("input", show);
    show();
  }

  /* What was typed survives a broken connection in this tab, and is forgotten as soon as a page
     without the field is reached: the server has it then. */
  function keepTyped() {
    try {
      var here = [];
      each("[data-keep]", function (field) {
        var key = KEEP + field.dataset.keep;
        here.push(key);
        if (!field.value) { field.value = sessionStorage.getItem(key) || ""; }
        field.addEventListener("input", function () { sessionStorage.setItem(key, field.value); });
      });
      Object.keys(sessionStorage).forEach(function (key) {
        if (key.indexOf(KEEP) === 0 && here.indexOf(key) < 0) { sessionStorage.removeItem(key); }
      });
    } catch (ignored) { /* private mode keeps nothing */ }
  }

  /* Photos become JPEGs of at most `side` pixels before they are sent: 300 KB instead of 5 MB. */
  function shrinkAll(input, side) {
    if (!window.DataTransfer || !window.createImageBitmap) { return; }
    Promise.all(Array.prototype.map.call(input.files, function (file) {
      return shrink(file, side).catch(function () { return file; });
    })).then(function (files) {
      var bag = new DataTransfer();
      files.forEach(function (file) { bag.items.add(file); });
      input.files = bag.files;
    }).catch(function () { /* the server takes the originals */ });
  }

  function shrink(file, side) {
    if (file.type.indexOf("image/") !== 0) { return Promise.resolve(file); }
    return Promise.resolve().then(function () {
      return createImageBitmap(file, { imageOrientation: "from-image" });
    }).then(function (picture) {
      var scale = Math.min(1, side / Math.max(picture.width, picture.height));
      if (scale === 1 && file.size < 400000) { return file; }
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      var pen = canvas.getContext("2d");
      pen.fillStyle = "#fff"; /* JPEG knows no transparency: it would turn black */
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) {
        canvas.toBlob(function (blob) {
          var name = file.name.replace(/\.\w+$/, "") + ".jpg";
          done(blob && blob.size < file.size ? new File([blob], name, { type: "image/jpeg" }) : file);
        }, "image/jpeg", 0.8);
      });
    });
  }

  /* Phones that can share files put the picture among the photos; the link alone puts it among
     the downloads, where many people never find it. */
  function offerSharing(link) {
    var phone = window.matchMedia && matchMedia("(pointer: coarse)").matches;
    if (!phone || !navigator.canShare || !window.fetch) { return; }
    link.addEventListener("click", function (event) {
      event.preventDefault();
      fetch(link.href).then(function (answer) { return answer.blob(); }).then(function (blob) {
        return navigator.share({ files: [new File([blob], link.download, { type: "image/png" })] });
      }).catch(function (error) {
        if (error.name !== "AbortError") { location.href = link.href; } // not: the person closed the sheet
      });
    });
  }
})();

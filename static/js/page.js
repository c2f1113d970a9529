/* Comfort for pages that work without it: nothing here is needed to file, read or sign. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");

  function each(selector, work) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), work);
  }

  document.addEventListener("DOMContentLoaded", function () {
    var summary = document.querySelector(".errsum");
    if (summary) { summary.focus(); }

    // A second tap within a second is a slip; the server takes care of real repeats.
    each("form", function (form) {
      form.addEventListener("submit", function (event) {
        if (form.dataset.sent) { event.preventDefault(); return; }
        form.dataset.sent = "1";
        setTimeout(function () { delete form.dataset.sent; }, 1000);
      });
    });

    each("[data-counter]", function (field) {
      var most = Number(field.dataset.counter);
      var line = field.form.querySelector(".counter");
      if (!line) { return; }
      function show() { line.textContent = line.dataset.text.replace("0", String(field.value.length)); }
      field.addEventListener("input", show);
      if (most) { show(); }
    });

    // What was typed survives a broken connection in this tab.
    each("[data-keep]", function (field) {
      var key = "keep:" + field.dataset.keep;
      try {
        if (!field.value) { field.value = sessionStorage.getItem(key) || ""; }
        field.addEventListener("input", function () { sessionStorage.setItem(key, field.value); });
        field.form.addEventListener("submit", function () { sessionStorage.removeItem(key); });
      } catch (ignored) { /* private mode keeps nothing */ }
    });

    each("input[data-shrink]", function (input) {
      input.addEventListener("change", function () { shrinkAll(input, Number(input.dataset.shrink)); });
    });
  });

  function shrinkAll(input, side) {
    if (!window.DataTransfer || !window.createImageBitmap) { return; }
    Promise.all(Array.prototype.map.call(input.files, function (file) { return shrink(file, side); }))
      .then(function (files) {
        var bag = new DataTransfer();
        files.forEach(function (file) { bag.items.add(file); });
        input.files = bag.files;
      }).catch(function () { /* the server takes the originals */ });
  }

  function shrink(file, side) {
    if (file.type.indexOf("image/") !== 0) { return Promise.resolve(file); }
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
      var scale = Math.min(1, side / Math.max(picture.width, picture.height));
      if (scale === 1 && file.size < 400000) { return file; }
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) {
        canvas.toBlob(function (blob) {
          done(blob ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file);
        }, "image/jpeg", 0.8);
      });
    }, function () { return file; });
  }
})();

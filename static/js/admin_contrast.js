/* Tells while a colour is being typed whether its text can be read (WCAG 2.2, 1.4.3). */
(function () {
  "use strict";
  function luminance(hex) {
    var parts = [1, 3, 5].map(function (i) {
      var part = parseInt(hex.slice(i, i + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  }
  function contrast(one, other) {
    var a = luminance(one), b = luminance(other);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }
  document.addEventListener("DOMContentLoaded", function () {
    var back = document.getElementById("id_hex"), text = document.getElementById("id_text_hex");
    var told = document.querySelector(".contrast"), form = /^#[0-9A-Fa-f]{6}$/;
    if (!back || !text || !told) { return; }
    told.setAttribute("aria-live", "polite");
    function tell() {
      if (!form.test(back.value) || !form.test(text.value)) { return; }
      var ratio = contrast(back.value, text.value);
      told.textContent = ratio.toFixed(1) + " : 1 " + (ratio >= 4.5 ? told.dataset.good : told.dataset.bad);
      var shape = document.querySelector(".field-look rect"), word = document.querySelector(".field-look text");
      if (shape && word) { shape.setAttribute("fill", back.value); word.setAttribute("fill", text.value); }
    }
    back.addEventListener("input", tell);
    text.addEventListener("input", tell);
  });
})();

/* A signature drawn by finger, pen or mouse, kept as PNG in a hidden field; typing is the equal way
   and the only one without script. Markup: [data-signature="id of the field"] holds a canvas and
   a [data-signature-redo] button. */
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    if (!window.PointerEvent) { return; }
    Array.prototype.forEach.call(document.querySelectorAll("[data-signature]"), setUp);
  });

  function setUp(pad) {
    var canvas = pad.querySelector("canvas");
    var field = document.getElementById(pad.dataset.signature);
    var pen = canvas.getContext("2d");
    var finger = null; // the pointer that draws: a resting palm or second finger does not
    var last;

    function clear() {
      var ratio = Math.min(window.devicePixelRatio || 1, 2);
      canvas.width = canvas.clientWidth * ratio;
      canvas.height = canvas.clientHeight * ratio;
      pen.lineWidth = 3 * ratio;
      pen.lineCap = pen.lineJoin = "round";
      pen.strokeStyle = "#16202A";
      field.value = "";
    }

    // In canvas pixels, so that a phone turned sideways goes on where the pen stands.
    function at(event) {
      var box = canvas.getBoundingClientRect();
      return [
        (event.clientX - box.left) * canvas.width / box.width,
        (event.clientY - box.top) * canvas.height / box.height
      ];
    }

    function drawTo(point) {
      pen.beginPath();
      pen.moveTo(last[0], last[1]);
      pen.lineTo(point[0], point[1]);
      pen.stroke();
      last = point;
    }

    function stop(event) {
      if (event.pointerId !== finger) { return; }
      finger = null;
      field.value = canvas.toDataURL("image/png");
    }

    canvas.addEventListener("pointerdown", function (event) {
      if (finger !== null) { return; }
      finger = event.pointerId;
      canvas.setPointerCapture(finger);
      last = at(event);
      drawTo([last[0] + 0.1, last[1]]); // a tap is a dot; a line of no length would not be drawn
    });
    canvas.addEventListener("pointermove", function (event) {
      if (event.pointerId === finger) { drawTo(at(event)); }
    });
    canvas.addEventListener("pointerup", stop);
    canvas.addEventListener("pointercancel", stop);
    pad.querySelector("[data-signature-redo]").addEventListener("click", clear);
    pad.classList.add("ready");
    clear();
  }
})();

/* Keys for the dispatcher's desk. Each presses a button or follows a link that the page has anyway,
   and works only while the list, or nothing, has the focus (WCAG 2.1.4); they can be switched off. */
(function () {
  "use strict";
  var OFF = "desk:keys-off", PLACE = "desk:place", FRESH = 10000;

  document.addEventListener("DOMContentLoaded", function () {
    var list = document.querySelector("[data-keys]");
    var help = document.getElementById("keys");
    countTicks(document.getElementById("bulk"));
    if (!list || !help) { return; }
    help.hidden = false;
    offerSwitch(help.querySelector("[data-keys-switch]"));
    var rows = Array.prototype.slice.call(list.querySelectorAll("[data-row]"));
    if (!isOff()) { comeBack(rows); }
    document.addEventListener("keydown", function (event) {
      if (isOff() || event.ctrlKey || event.altKey || event.metaKey || !mayListen(list)) { return; }
      var done = point(list, event.key) || press(event.key, rows, help);
      if (done) { event.preventDefault(); }
    });
  });

  /* A page of one decision names its keys itself. A link is followed; a button is only pointed at,
     so that the decision is a second press. */
  function point(list, key) {
    var named = Array.prototype.find.call(list.querySelectorAll("[data-key]"), function (one) {
      return one.dataset.key === key.toLowerCase();
    });
    if (!named) { return false; }
    if (named.tagName === "A") { return follow(named); }
    named.focus();
    return true;
  }

  function mayListen(list) {
    var here = document.activeElement;
    return !here || here === document.body || here.id === "main" || list.contains(here);
  }

  function current(rows) {
    var here = document.activeElement;
    return rows.findIndex(function (row) { return row.contains(here); });
  }

  /* Returns whether the key did something; the rest is left to the browser. */
  function press(key, rows, help) {
    var at = current(rows), row = rows[at];
    if (key === "j" || key === "J") { return go(rows, at + 1); }
    if (key === "k" || key === "K") { return go(rows, Math.max(at - 1, 0)); }
    if (key === "u" || key === "U") { return follow(document.querySelector("[data-undo]")); }
    if (key === "?") { help.open = !help.open; return true; }
    if (!row) { return false; }
    if (key === "Enter") { return document.activeElement === row && follow(row.querySelector("[data-open]")); }
    if (key === "a" || key === "A") { return send(row, at); }
    if (key === "r" || key === "R") { return follow(row.querySelector("[data-reject]")); }
    if (key === "x" || key === "X") { return tick(row); }
    return /^[1-9]$/.test(key) && choose(row, Number(key) - 1);
  }

  function go(rows, to) {
    if (!rows[to]) { return false; }
    rows[to].focus();
    rows[to].scrollIntoView({ block: "nearest" });
    return true;
  }

  function follow(link) {
    if (!link) { return false; }
    link.click();
    return true;
  }

  /* The suggestion that has the focus, else the first. */
  function send(row, at) {
    var buttons = row.querySelectorAll("[data-send]");
    if (!buttons.length) { return false; }
    var here = document.activeElement;
    var chosen = here.matches("[data-send]") ? here : buttons[0];
    remember({ row: at, at: Date.now() });
    chosen.click();
    return true;
  }

  function choose(row, number) {
    var button = row.querySelectorAll("[data-send]")[number];
    if (!button) { return false; }
    var folded = button.closest("details");
    if (folded) { folded.open = true; }
    button.focus();
    return true;
  }

  function tick(row) {
    var box = row.querySelector("input[type=checkbox]");
    if (!box) { return false; }
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  /* After a case was sent by key, the next one has moved up to its place. */
  function comeBack(rows) {
    var kept = recall();
    remember(null);
    if (kept && rows.length && Date.now() - kept.at < FRESH) { go(rows, Math.min(kept.row, rows.length - 1)); }
  }

  function remember(place) {
    try { sessionStorage.setItem(PLACE, JSON.stringify(place)); } catch (ignored) { /* private mode */ }
  }

  function recall() {
    try { return JSON.parse(sessionStorage.getItem(PLACE)); } catch (ignored) { return null; }
  }

  function isOff() {
    try { return localStorage.getItem(OFF) === "1"; } catch (ignored) { return false; }
  }

  function offerSwitch(button) {
    function show() { button.textContent = isOff() ? button.dataset.on : button.dataset.off; }
    button.addEventListener("click", function () {
      try { localStorage.setItem(OFF, isOff() ? "0" : "1"); } catch (ignored) { /* private mode */ }
      show();
    });
    show();
  }

  /* The button says how many are ticked; its text has a 0 where the number goes. */
  function countTicks(form) {
    if (!form) { return; }
    var button = form.querySelector("[data-count]"), plain = button.textContent;
    function show() {
      var ticked = document.querySelectorAll("input[form=bulk]:checked").length;
      button.textContent = ticked ? button.dataset.count.replace("0", String(ticked)) : plain;
    }
    document.addEventListener("change", show);
    show();
  }
})();

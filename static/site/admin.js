// Keys for those who work through a queue; everything works without them.
"use strict";
(() => {
  const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
  // The keys are those that the page shows: one in a button or link presses it, one that names a field goes there.
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const shown = [...document.querySelectorAll(".triage kbd")].find((kbd) => kbd.textContent === event.key);
    if (!shown) return;
    event.preventDefault();
    if (shown.dataset.for) document.getElementById(shown.dataset.for)?.focus();
    else shown.closest("button, a").click();
  };
  document.addEventListener("keydown", onKey);
  // They work also after a click into the chart, which is a page of its own.
  document.querySelectorAll("iframe.chart").forEach((frame) => {
    const listen = () => frame.contentDocument?.addEventListener("keydown", onKey);
    frame.addEventListener("load", listen);
    listen();
  });
  // What was refused comes into view: the message where it concerns the whole, else the field.
  const error = document.querySelector(".errorlist");
  if (error) {
    const place = error.matches(".nonfield") ? error : document.querySelector('[aria-invalid="true"]') ?? error;
    if (place === error) error.tabIndex = -1;
    error.scrollIntoView({ block: "center" });
    place.focus({ preventScroll: true });
  }
  // A menu of filters closes when something else is touched, and with Escape.
  const close = (except) => document.querySelectorAll("#changelist-filter details[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
  document.addEventListener("click", (event) => close(event.target.closest("#changelist-filter details")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("#changelist-filter details[open]");
    close(null);
    open?.querySelector("summary").focus();
  });
})();

// Keys for those who work through a queue; everything works without them.
"use strict";
(() => {
  const fieldOf = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  const decide = () => (document.querySelector(".decisions button.default") ?? document.querySelector(".decisions button"))?.click();
  // A digit picks the category, or one of the ready-made reasons, in the order in which the page has them.
  const pick = (digit) => {
    const category = document.querySelector(".triage select#id_category");
    if (category?.options[digit]) {
      category.selectedIndex = digit;
      category.dispatchEvent(new Event("input", { bubbles: true }));
      return true;
    }
    const reason = document.querySelectorAll(".triage [data-reason]")[digit - 1];
    reason?.click();
    return Boolean(reason);
  };
  // The keys are those that the page shows: one in a button or link presses it, one that names a field goes there. While a
  // field has the focus no letter acts, not even as a list's own search: Ctrl and Enter decide, Escape leaves the field.
  const onKey = (event) => {
    if (!document.querySelector(".triage")) return;
    const field = fieldOf(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return decide();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (field && event.key === "Escape") return field.blur();
    const list = field?.matches("select");
    if (/^[1-9]$/.test(event.key) && (!field || list)) {
      if (pick(Number(event.key))) event.preventDefault();
      return;
    }
    if (list && event.key.length === 1 && event.key !== " ") return event.preventDefault();
    if (field) return;
    const shown = [...document.querySelectorAll(".triage kbd")].find((kbd) => kbd.textContent === event.key);
    if (!shown) return;
    event.preventDefault();
    if (shown.dataset.for) document.getElementById(shown.dataset.for)?.focus();
    else shown.closest("button, a").click();
  };
  document.addEventListener("click", ({ target }) => {
    const ready = target.closest("[data-reason]");
    const reason = ready && document.getElementById(ready.dataset.reason);
    if (!reason) return;
    reason.value = ready.dataset.text;
    reason.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("keydown", onKey);
  // On a phone a row of a list is a card: each of its cells says what it is.
  const heads = [...document.querySelectorAll("#result_list thead th")].map((head) => head.querySelector(".text")?.textContent.trim());
  document.querySelectorAll("#result_list tbody tr").forEach((row) =>
    [...row.cells].forEach((cell, index) => heads[index] && (cell.textContent.trim() || cell.querySelector("img")) && (cell.dataset.label = heads[index])));
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

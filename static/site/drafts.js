// What is typed is not lost: leaving a form with unsaved words asks first, and words that were sent by somebody whose session
// had ended stand in the form again after signing in.
"use strict";
(() => {
  const KEPT = "draft";
  const stored = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  const store = (draft) => sessionStorage.setItem(KEPT, JSON.stringify(draft));

  // The page on which one signs in: whoever was sent here in the middle of a form gets it back.
  if (document.querySelector("[data-sign-in]")) {
    const draft = stored();
    if (draft) store({ ...draft, interrupted: true });
    return;
  }
  const form = document.querySelector("form[data-draft], .triage #content-main > form, #changelist-form");
  const draft = stored();
  sessionStorage.removeItem(KEPT);
  if (!form) return;

  const texts = "textarea, select:not([name=action]), input:not([type=hidden], [type=checkbox], [type=submit], [type=password])";
  const fields = [...form.querySelectorAll(texts)].filter((field) => field.name);
  const same = (field) => field.matches("select")
    ? (field.selectedOptions[0]?.defaultSelected ?? true) || (field.selectedIndex === 0 && !field.querySelector("[selected]"))
    : field.value === field.defaultValue;
  // A list may have other rows by now; what was typed belongs to those that it was typed into.
  const place = () => [location.pathname, ...[...form.querySelectorAll("input[name$='-id']")].map((row) => row.value)].join(" ");
  const here = draft?.place === place() ? draft : null;
  const refused = document.querySelector(".errorlist, .errors") && here ? Object.keys(here.values) : [];

  let typed = false;
  if (here?.interrupted)
    for (const field of fields.filter(({ name }) => name in here.values)) {
      field.value = here.values[field.name];
      typed = true;
    }
  form.addEventListener("input", (event) => { typed ||= fields.includes(event.target); });
  form.addEventListener("submit", () => {
    typed = false;
    const changed = fields.filter((field) => !same(field) || refused.includes(field.name));
    store({ place: place(), values: Object.fromEntries(changed.map(({ name, value }) => [name, value])) });
  });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
})();

// The comparison: a wiki chosen among what was found goes into the form; all wikis of a language are asked back.
"use strict";
document.getElementById("compare")?.addEventListener("choose", (event) => {
  event.preventDefault();
  const field = document.getElementById("add");
  const [, kind, name] = new URL(event.detail.url, location.href).pathname.split("/");
  field.value = kind === "projects" ? decodeURIComponent(name) : event.detail.label;
  field.form.requestSubmit();
});

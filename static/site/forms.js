// Forms: what is typed is kept in this browser until the server has taken it, nothing is sent twice, and a lost network is said.
"use strict";
(() => {
  const words = document.getElementById("form-words")?.dataset ?? {};
  const PREFIX = "draft:";
  const MAX_AGE = 30 * 24 * 3600 * 1000;
  const ASKING = "form[data-draft], .triage #content-main > form, #changelist-form"; // leaving these asks first
  const TYPED = "textarea, select:not([name=action]), input:not([type=hidden], [type=checkbox], [type=radio], [type=submit], [type=password], [type=file], [type=search])";

  // --- The store: the browser's, which may be full or forbidden ---------------------------------------------------------
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key) ?? "null"); } catch { return null; } };
  const write = (key, draft) => { try { localStorage.setItem(key, JSON.stringify(draft)); } catch { /* not kept */ } };
  const forget = (key) => { try { localStorage.removeItem(key); } catch { /* was not kept */ } };
  const forgetOld = () => {
    try {
      for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)))
        if (!(Date.now() - read(key)?.at < MAX_AGE)) localStorage.removeItem(key);
    } catch { /* nothing is kept */ }
  };

  // --- A form and its fields -----------------------------------------------------------------------------------------------
  const isPost = (form) => form?.getAttribute("method")?.toLowerCase() === "post";
  const isKept = (form) => words.user && isPost(form) && !form.querySelector("[type=password]");
  const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.matches(TYPED));
  // A list may have other rows by now; what was typed belongs to those that it was typed into.
  const rowsOf = (form) => [...form.querySelectorAll("input[name$='-id']")].map((row) => row.value).join(" ");
  const keyOf = (form) => {
    const address = new URL(form.getAttribute("action") || location.href, location.href).pathname;
    return `${PREFIX}${words.user}:${address} ${rowsOf(form)}`;
  };
  const isUnchanged = (field) => field.matches("select")
    ? (field.selectedOptions[0]?.defaultSelected ?? true) || (field.selectedIndex === 0 && !field.querySelector("[selected]"))
    : field.value === field.defaultValue;
  const wasRefused = (form) => Boolean(form.querySelector(".errorlist, .errors:not([hidden])"));
  const buttonsOf = (form) => [...form.elements].filter((field) => field.matches("button:not([type=button]), [type=submit]"));

  // --- Keeping ---------------------------------------------------------------------------------------------------------------
  const asking = new Set();
  const keep = (form) => {
    const key = keyOf(form);
    const before = wasRefused(form) ? read(key)?.values ?? {} : {}; // what was refused is not stored, though the page has it
    const changed = fieldsOf(form).filter((field) => !isUnchanged(field) || field.name in before);
    if (!changed.length) return forget(key);
    write(key, { at: Date.now(), values: Object.fromEntries(changed.map(({ name, value }) => [name, value])) });
  };
  const notice = (form) => {
    const line = document.createElement("p"), discard = document.createElement("button");
    line.className = "kept";
    line.setAttribute("role", "status");
    discard.type = "button";
    discard.className = "btn";
    discard.textContent = words.discard;
    discard.addEventListener("click", () => {
      forget(keyOf(form));
      asking.delete(form);
      fieldsOf(form).forEach(clear);
      line.remove();
    });
    line.append(words.restored, " ", discard);
    form.querySelector(".kept")?.remove();
    form.prepend(line);
  };
  const clear = (field) => {
    if (!field.matches("select")) field.value = field.defaultValue;
    else field.selectedIndex = Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  };
  const offerAgain = (form) => {
    const draft = read(keyOf(form));
    if (!draft) return;
    const differing = fieldsOf(form).filter(({ name, value }) => name in draft.values && value !== draft.values[name]);
    differing.forEach((field) => { field.value = draft.values[field.name]; });
    if (differing.length) {
      notice(form);
      if (form.matches(ASKING)) asking.add(form);
    } else if (!wasRefused(form)) forget(keyOf(form)); // the server has the same words
  };
  const offerAll = () => [...document.forms].filter(isKept).forEach(offerAgain);

  // --- Sending ---------------------------------------------------------------------------------------------------------------
  const SENT = "draft-sent";
  // A page that says "saved" has taken what was sent from the page before; the page to sign in on has not yet.
  const dropWhatWasTaken = () => {
    if (document.querySelector("[data-sign-in]")) return;
    const key = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    if (key && document.querySelector(".message.success, .messagelist .success")) forget(key);
  };
  const say = (form, text, link = null) => {
    let line = form.querySelector("p.errors");
    if (!line) {
      line = document.createElement("p");
      line.className = "errors";
      line.setAttribute("role", "alert");
      form.append(line);
    }
    line.replaceChildren(text, ...(link ? [" ", link] : []));
    line.hidden = false;
  };
  const hold = (form) => {
    form.dataset.sending = "";
    setTimeout(() => buttonsOf(form).forEach((button) => { button.disabled = true; })); // after the browser has read the pressed one
  };
  const release = (form) => {
    if (!("sending" in form.dataset)) return;
    delete form.dataset.sending;
    setTimeout(() => buttonsOf(form).forEach((button) => { button.disabled = false; }));
  };
  const toSignIn = () => {
    const link = document.createElement("a");
    link.href = `${words.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = words.loginLabel;
    return link;
  };
  // Save without leaving the page; what the server refuses is shown at the form.
  const send = async (form) => {
    const request = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } };
    const answer = await fetch(form.getAttribute("action"), request).catch(() => null);
    if (answer?.ok) {
      forget(keyOf(form));
      return location.reload();
    }
    release(form);
    if (!answer) return say(form, words.offline);
    const said = await answer.json().catch(() => ({}));
    const errors = said.errors ? Object.values(said.errors).flat() : [said.error ?? said.detail ?? String(answer.status)];
    say(form, errors.map((error) => error.message ?? error).join(" "), answer.status === 401 ? toSignIn() : null);
  };
  const onSubmit = (event) => {
    const form = event.target;
    if (!isPost(form) || event.defaultPrevented) return;
    const here = form.matches("[data-write]");
    if (here || "sending" in form.dataset || !navigator.onLine) event.preventDefault();
    if ("sending" in form.dataset) return;
    if (!navigator.onLine) return say(form, words.offline);
    hold(form);
    if (here) return send(form);
    asking.delete(form);
    if (isKept(form)) {
      keep(form);
      sessionStorage.setItem(SENT, keyOf(form));
    }
  };

  document.addEventListener("input", ({ target }) => {
    const form = target.form;
    if (!form || !isKept(form) || !target.matches(TYPED)) return;
    keep(form);
    if (form.matches(ASKING)) asking.add(form);
  });
  document.addEventListener("submit", onSubmit);
  document.addEventListener("filled", offerAll); // a part of the page came later
  addEventListener("pageshow", () => [...document.forms].forEach(release)); // back from a page that could not be reached
  addEventListener("beforeunload", (event) => { if (asking.size) event.preventDefault(); });
  forgetOld();
  dropWhatWasTaken();
  offerAll();
})();

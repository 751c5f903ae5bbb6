// The explorer: its form, its card and its address, which remembers both. The server says what follows from an address.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("view"), card = document.getElementById("card");
  const problem = document.getElementById("problem");
  if (!form || !card) return;
  const words = document.getElementById("form-words").dataset;
  const DEFAULT_RANGE = form.dataset.range, DEFAULT_LAYERS = form.dataset.show.split(" ").filter(Boolean);
  const HTML = { headers: { Accept: "text/html" } };

  // --- The address -----------------------------------------------------------------------------------------------------------
  const parameters = () => new URLSearchParams(location.search);
  const here = () => location.pathname + location.search;
  const asSearch = (now) => (now.toString() ? `?${now}` : "");
  const withoutAlert = () => {
    const now = parameters();
    now.delete("alert");
    return asSearch(now);
  };
  const isDefault = (layers) => layers.length === DEFAULT_LAYERS.length && DEFAULT_LAYERS.every((name) => layers.includes(name));
  // The form as an address, defaults left out; the chosen alert stays unless another one is given.
  const addressOf = (alert = parameters().get("alert")) => {
    const data = new FormData(form), now = new URLSearchParams();
    const set = (name) => { if (data.get(name)) now.set(name, data.get(name)); };
    set("metric");
    set("from");
    set("to");
    if (!data.get("from") && !data.get("to") && data.get("range") !== DEFAULT_RANGE) set("range");
    const layers = data.getAll("show").filter(Boolean);
    if (!isDefault(layers)) (layers.length ? layers : [""]).forEach((name) => now.append("show", name));
    if (alert) now.set("alert", alert);
    return location.pathname + asSearch(now);
  };
  const go = (address) => {
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  };

  // --- What the server says ------------------------------------------------------------------------------------------------
  const say = (text) => {
    problem.hidden = !text;
    problem.textContent = text;
  };
  const takeOver = (page) => document.querySelectorAll("[data-fresh]").forEach((part) => {
    const fresh = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  });
  // The key, the table and the links as the server words them for an address. False where it refuses the address, and says why.
  let asked = 0, shared = location.pathname + withoutAlert();
  const refresh = async (address) => {
    if (address === shared) return true;
    const mine = ++asked;
    shared = address;
    const answer = await fetch(address, HTML).catch(() => null);
    if (mine !== asked) return true;
    if (!answer) {
      shared = null;
      say(words.offline);
      return true;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    say(answer.ok ? "" : page.querySelector("main p")?.textContent ?? "");
    if (answer.ok) takeOver(page); else shared = null;
    return answer.ok;
  };

  // --- The form --------------------------------------------------------------------------------------------------------------
  const uncheckRanges = () => form.querySelectorAll("input[name=range]").forEach((radio) => { radio.checked = false; });
  const fillForm = (now) => {
    const layers = now.has("show") ? now.getAll("show") : DEFAULT_LAYERS;
    const ranged = now.has("from") || now.has("to"), range = now.get("range") ?? DEFAULT_RANGE;
    form.querySelectorAll("input[name=show][type=checkbox]").forEach((box) => { box.checked = layers.includes(box.value); });
    form.querySelectorAll("input[name=range]").forEach((radio) => { radio.checked = !ranged && radio.value === range; });
    form.elements.from.value = now.get("from") ?? "";
    form.elements.to.value = now.get("to") ?? "";
  };
  // A range that ends before it begins is read from the other end. What is no month stays in the form: most browsers say so
  // themselves, and some leave it to the server, who is asked before the chart is.
  const apply = async (typed) => {
    const { from, to } = form.elements;
    if (!form.reportValidity()) return;
    if (from.value && to.value && from.value > to.value) [from.value, to.value] = [to.value, from.value];
    if (!typed || (await refresh(addressOf("")))) go(addressOf());
  };
  const onChange = ({ target }) => {
    const typed = ["from", "to"].includes(target.name);
    if (typed) uncheckRanges();
    if (target.name === "range") form.elements.from.value = form.elements.to.value = "";
    apply(typed);
  };
  const onRange = ({ detail: { first, last } }) => {
    form.elements.from.value = first;
    form.elements.to.value = last;
    uncheckRanges();
    go(addressOf());
  };

  // --- The card --------------------------------------------------------------------------------------------------------------
  const markRow = (id) => document.querySelectorAll("tr[data-alert]").forEach((row) => {
    const chosen = row.dataset.alert === id;
    row.classList.toggle("sel", chosen);
    if (chosen) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  });
  const empty = () => document.getElementById("no-card").content.cloneNode(true);
  const couldNotLoad = (id) => {
    card.dataset.alert = ""; // so that another try asks again
    const line = document.createElement("p"), again = document.createElement("a");
    line.setAttribute("role", "alert");
    line.className = "errors";
    again.dataset.choose = id;
    again.href = addressOf(id);
    again.textContent = words.again;
    line.append(words.offline, " ", again);
    card.replaceChildren(empty(), line);
  };
  // Fill the card with an alert; where none is chosen with the newest, which cannot be closed.
  const show = async (id) => {
    card.dataset.alert = id;
    markRow(id);
    const shown = id || card.dataset.newest;
    if (!shown) card.replaceChildren(empty());
    else {
      const answer = await fetch(card.dataset.card.replace("/0/", `/${shown}/`), HTML).catch(() => null);
      const text = await answer?.text().catch(() => null);
      if (card.dataset.alert !== id) return;
      if (answer?.ok && text) card.innerHTML = text; else couldNotLoad(shown);
      if (!id) card.querySelector("[data-close]")?.remove();
    }
    leadBackHere();
    document.dispatchEvent(new Event("filled"));
  };
  const comeIntoView = () => {
    const heading = card.querySelector("h2");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    const { top, bottom } = heading.getBoundingClientRect();
    const covered = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBlockStart) || 0;
    if (top < covered || bottom > innerHeight * 0.7) card.scrollIntoView({ block: "start" });
  };
  // People asked for the card: they read on from its heading, and it is where they see it.
  const choose = async (id) => {
    const filled = show(String(id));
    if ((parameters().get("alert") ?? "") !== String(id)) go(addressOf(String(id)));
    await filled;
    comeIntoView();
  };
  const onClick = (event) => {
    const link = event.target.closest("[data-choose], [data-close]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    choose(link.dataset.choose ?? "");
  };

  // --- The page as the address says, after each change of it and after "back" ---------------------------------------------
  const leadBackHere = () => {
    document.querySelectorAll("a[href*='next=']").forEach((link) => {
      const target = new URL(link.href);
      target.searchParams.set("next", here());
      link.href = target.pathname + target.search;
    });
    document.querySelectorAll("input[name=next]").forEach((field) => { field.value = here(); });
    card.querySelectorAll("[data-close]").forEach((link) => { link.href = addressOf(""); });
    document.querySelectorAll("[data-choose]").forEach((link) => { link.href = addressOf(link.dataset.choose) + "#card"; });
  };
  const restore = () => {
    const now = parameters(), alert = now.get("alert") ?? "";
    fillForm(now);
    document.querySelectorAll("[data-download]").forEach((link) => { link.href = link.pathname + withoutAlert(); });
    if (card.dataset.alert !== alert) show(alert);
    leadBackHere();
    refresh(location.pathname + withoutAlert());
  };

  document.querySelectorAll("[data-plain]").forEach((button) => { button.hidden = true; });
  addEventListener("popstate", restore);
  form.addEventListener("change", onChange);
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(true); });
  document.addEventListener("click", onClick);
  document.addEventListener("peak-chosen", ({ detail }) => choose(detail));
  document.addEventListener("range-chosen", onRange);
});

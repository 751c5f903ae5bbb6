// Type-ahead after the ARIA combobox pattern. Without this file the form is a plain search.
"use strict";
(() => {
  const WAIT = 120;
  document.querySelectorAll("[data-combobox]").forEach((form, number) => {
    const input = form.querySelector("input[type=search]");
    const list = document.createElement("ul");
    const said = document.createElement("span");
    let options = [], active = -1, timer = 0, asked = 0;
    list.id = `options-${number}`;
    list.className = "options";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.querySelector("label").textContent);
    list.hidden = true;
    said.className = "hush";
    said.setAttribute("role", "status");
    form.append(list, said);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]])
      input.setAttribute(name, value);

    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (index) => {
      active = index;
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
      if (index < 0) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    };
    const go = (index) => {
      const choose = new CustomEvent("choose", { detail: options[index], cancelable: true, bubbles: true });
      if (form.dispatchEvent(choose)) location.assign(options[index].url);
      close();
    };
    const nothing = () => {
      const item = document.createElement("li");
      item.className = "none";
      item.setAttribute("role", "option");
      item.setAttribute("aria-disabled", "true");
      item.setAttribute("aria-selected", "false");
      item.textContent = form.dataset.none;
      return item;
    };
    const show = (results, words) => {
      options = results;
      list.replaceChildren(...results.map((result, i) => {
        const item = document.createElement("li");
        const name = document.createElement("b");
        const detail = document.createElement("small");
        item.id = `${list.id}-${i}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        name.textContent = result.label;
        detail.textContent = result.detail;
        name.dir = detail.dir = "auto";
        item.append(name, detail);
        item.addEventListener("mousedown", (event) => { event.preventDefault(); go(i); });
        item.addEventListener("mousemove", () => { if (active !== i) mark(i); });
        return item;
      }));
      if (words && !results.length) list.append(nothing());
      said.textContent = results.length ? words : words && form.dataset.none;
      active = -1;
      list.hidden = !list.children.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      input.removeAttribute("aria-activedescendant");
    };
    const ask = async () => {
      const query = input.value.trim();
      const mine = ++asked;
      if (!query) { show([], ""); return; }
      try {
        const answer = await fetch(`${form.dataset.source}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
        if (!answer.ok || mine !== asked) return;
        const { results, said: words } = await answer.json();
        show(results, words);
      } catch { /* offline: the form still searches */ }
    };
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      const last = options.length - 1;
      const moves = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active > 0 ? active - 1 : last };
      if (event.key in moves && options.length) {
        event.preventDefault();
        if (list.hidden) { list.hidden = false; input.setAttribute("aria-expanded", "true"); }
        mark(moves[event.key]);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        go(active);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      }
    });
  });
})();

// What happens around a chart in the browser: its colours, what a click opens, and the address that remembers it all.
"use strict";
(() => {
  const NARROW = 600;
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // A figure with the values of the stylesheet's custom properties in place of their names.
  const painted = (value) => {
    if (typeof value === "string") return value.startsWith("--") ? style(value) : value;
    if (Array.isArray(value)) return value.map(painted);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, painted(inner)]));
    return value;
  };

  // Phones: fewer ticks, notes stay in the list below the chart, and a long unit in its caption.
  const LONGEST_UNIT = 32;
  const fitted = (figure) => {
    const width = document.querySelector(".chart")?.clientWidth ?? 1000;
    const axis = figure.layout.xaxis;
    if (width < NARROW && axis?.ticktext) {
      const every = Math.ceil(axis.ticktext.length / 6);
      axis.ticktext = axis.ticktext.filter((_, i) => i % every === 0);
      axis.tickvals = axis.tickvals.filter((_, i) => i % every === 0);
    }
    if (width < NARROW && figure.layout.annotations?.length) {
      figure.layout.annotations = figure.layout.shapes = [];
      figure.layout.margin.t = 28;
    }
    const unit = figure.layout.yaxis?.title;
    if (width < NARROW && unit?.text.length > LONGEST_UNIT) unit.text = "";
    return figure;
  };

  const form = () => document.getElementById("view");
  const here = () => location.pathname + location.search;

  const go = (address) => {
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  };

  // The slider tells of each step of a drag: only where it comes to rest is a new address.
  const REST = 250;
  let resting = 0, held = false;
  addEventListener("pointerdown", () => { held = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { held = false; }, true);
  const settle = (act) => {
    clearTimeout(resting);
    resting = setTimeout(() => (held ? settle(act) : act()), REST);
  };

  const DEFAULT = ["band", "notes", "zero"];

  // The form as a query string, defaults left out; the chosen alert stays.
  const query = (changes = {}) => {
    const data = new FormData(form());
    const now = new URLSearchParams();
    const alert = "alert" in changes ? changes.alert : new URLSearchParams(location.search).get("alert");
    if (data.get("metric")) now.set("metric", data.get("metric"));
    if (data.get("from") || data.get("to")) {
      if (data.get("from")) now.set("from", data.get("from"));
      if (data.get("to")) now.set("to", data.get("to"));
    } else if (data.get("range") && data.get("range") !== "10") now.set("range", data.get("range"));
    const shown = data.getAll("show").filter(Boolean);
    if (shown.length !== DEFAULT.length || !DEFAULT.every((name) => shown.includes(name)))
      (shown.length ? shown : [""]).forEach((name) => now.append("show", name));
    if (alert) now.set("alert", alert);
    const text = now.toString();
    return location.pathname + (text ? `?${text}` : "");
  };

  const allButAlert = () => {
    const now = new URLSearchParams(location.search);
    now.delete("alert");
    return now.toString() ? `?${now}` : "";
  };

  // What else the address decides, as the server would say it: the key, the table, the links to the other metrics.
  // False where the server refuses the address; its reason is shown.
  let asked = 0, shared = null;
  const refresh = async (address) => {
    if (address === shared) return true;
    const mine = ++asked;
    shared = address;
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || mine !== asked) return true;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const problem = document.getElementById("problem");
    problem.hidden = answer.ok;
    problem.textContent = answer.ok ? "" : page.querySelector("main p")?.textContent ?? "";
    if (!answer.ok) {
      shared = null;
      return false;
    }
    document.querySelectorAll("[data-fresh]").forEach((part) => {
      const fresh = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
      if (fresh) part.replaceChildren(...fresh.childNodes);
    });
    return true;
  };

  // The page as the address says, after each change of it and after "back".
  const restore = () => {
    const view = form(), now = new URLSearchParams(location.search);
    if (!view) return;
    const shown = now.has("show") ? now.getAll("show") : DEFAULT;
    view.querySelectorAll("input[name=show][type=checkbox]").forEach((box) => { box.checked = shown.includes(box.value); });
    view.elements.from.value = now.get("from") ?? "";
    view.elements.to.value = now.get("to") ?? "";
    const ranged = now.has("from") || now.has("to");
    view.querySelectorAll("input[name=range]").forEach((radio) => { radio.checked = !ranged && radio.value === (now.get("range") ?? "10"); });
    const alert = now.get("alert") ?? "", text = allButAlert();
    document.querySelectorAll("[data-download]").forEach((link) => { link.href = link.pathname + text; });
    if (card() && card().dataset.alert !== alert) show(alert);
    follow();
    refresh(location.pathname + text);
  };

  // Links and forms that lead back to this page lead to it as it is now.
  const follow = () => {
    document.querySelectorAll("a[href*='next=']").forEach((link) => {
      const target = new URL(link.href);
      target.searchParams.set("next", here());
      link.href = target.pathname + target.search;
    });
    if (!card()) return;
    card().querySelectorAll("input[name=next]").forEach((field) => { field.value = here(); });
    card().querySelectorAll("[data-close]").forEach((link) => { link.href = query({ alert: "" }); });
    document.querySelectorAll("[data-choose]").forEach((link) => { link.href = query({ alert: link.dataset.choose }) + "#card"; });
  };

  const card = () => document.getElementById("card");

  // Fill the card with an alert, or with its word that none is chosen.
  const show = async (id) => {
    card().dataset.alert = id;
    document.querySelectorAll("tr[data-alert]").forEach((row) => {
      const chosen = row.dataset.alert === id;
      row.classList.toggle("sel", chosen);
      if (chosen) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
    });
    if (!id) card().replaceChildren(document.getElementById("no-card").content.cloneNode(true));
    else {
      const answer = await fetch(card().dataset.card.replace("/0/", `/${id}/`), { headers: { Accept: "text/html" } }).catch(() => null);
      if (card().dataset.alert !== id) return;
      if (!answer?.ok) return location.reload();
      card().innerHTML = await answer.text();
    }
    follow();
  };

  // People asked for the card: they read on from its heading, and it is where they see it.
  const choose = async (id) => {
    if (!card()) return;
    const filled = show(String(id));
    if ((new URLSearchParams(location.search).get("alert") ?? "") !== String(id)) go(query({ alert: id }));
    await filled;
    const heading = card().querySelector("h2");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    const { top, bottom } = heading.getBoundingClientRect();
    const covered = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBlockStart) || 0;
    if (top < covered || bottom > innerHeight) card().scrollIntoView({ block: "start" });
  };

  // The figure to be saved: what stands around it on the page is written into it.
  const picture = (plot) => {
    const { title, source } = document.querySelector(".chart").dataset;
    const inert = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
    const { rangeslider, ...axis } = plot.layout.xaxis;
    const margin = { ...plot.layout.margin, t: plot.layout.margin.t + 44, b: 76 };
    const note = {
      text: inert(`${source} · ${location.host}${location.pathname}`), showarrow: false, font: { size: 12, color: style("--sub") },
      xref: "paper", x: 0, xanchor: "left", yref: "paper", y: 0, yanchor: "top", yshift: -44,
    };
    const layout = {
      ...plot.layout, margin, xaxis: axis, annotations: [...(plot.layout.annotations ?? []), note],
      title: { text: inert(title), x: 0.01, xanchor: "left", y: 0.97, yanchor: "top", font: { size: 20, color: style("--ink") } },
    };
    return { data: plot.data, layout };
  };

  // Save without leaving the page; what the server refuses is shown at the form.
  const write = async (sent) => {
    const problem = sent.querySelector(".errors");
    const answer = await fetch(sent.action, { method: "POST", body: new FormData(sent), headers: { Accept: "application/json" } });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return location.reload();
    const errors = said.errors ? Object.values(said.errors).flat() : [said.error ?? said.detail ?? String(answer.status)];
    problem.textContent = errors.map((error) => error.message ?? error).join(" ");
    problem.hidden = false;
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    charts: {
      paint: (figure) => (figure ? fitted(painted(figure)) : window.dash_clientside.no_update),
      choose: (click) => {
        const id = click?.points?.map((point) => point.customdata).find(Boolean);
        if (id) choose(Array.isArray(id) ? id[0] : id);
        return window.dash_clientside.no_update;
      },
      move: (change, figure) => {
        const range = change?.["xaxis.range"] ?? (change?.["xaxis.range[0]"] ? [change["xaxis.range[0]"], change["xaxis.range[1]"]] : null);
        const meta = figure?.layout?.meta;
        if (!range || !meta || meta.fixed || !form()) return window.dash_clientside.no_update;
        // A month stands at its first day: the first one shown is the first that begins within the range.
        const begun = (text) => {
          const [year, month, day] = String(text).slice(0, 10).split("-").map(Number);
          return new Date(Date.UTC(year, month - 1 + (day > 1 ? 1 : 0), 1)).toISOString().slice(0, 7);
        };
        const [first, last] = [begun(range[0]), String(range[1]).slice(0, 7)].map((text) => (text < meta.stored[0] ? meta.stored[0] : text > meta.stored[1] ? meta.stored[1] : text));
        if (first > last || (first === meta.from && last === meta.to)) return window.dash_clientside.no_update;
        settle(() => {
          form().elements.from.value = first;
          form().elements.to.value = last;
          form().querySelectorAll("input[name=range]").forEach((radio) => { radio.checked = false; });
          go(query());
        });
        return window.dash_clientside.no_update;
      },
    },
  });

  document.addEventListener("DOMContentLoaded", () => {
    const view = form();
    document.querySelectorAll("[data-plain]").forEach((button) => { button.hidden = true; });
    addEventListener("popstate", restore);
    shared = location.pathname + allButAlert();
    // A range that ends before it begins is read from the other end. What is no month stays in the form: most browsers say
    // so themselves, and some leave it to the server, who is asked before the chart is.
    const apply = async (typed) => {
      const { from, to } = view.elements;
      if (!view.reportValidity()) return;
      if (from.value && to.value && from.value > to.value) [from.value, to.value] = [to.value, from.value];
      if (!typed || (await refresh(query({ alert: "" })))) go(query());
    };
    view?.addEventListener("change", (event) => {
      if (event.target.name === "range") view.elements.from.value = view.elements.to.value = "";
      const typed = event.target.name === "from" || event.target.name === "to";
      if (typed) view.querySelectorAll("input[name=range]").forEach((radio) => { radio.checked = false; });
      apply(typed);
    });
    view?.addEventListener("submit", (event) => { event.preventDefault(); apply(true); });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-choose], [data-close]");
      if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      choose(link.dataset.choose ?? "");
    });
    // The wiki chosen among what was found goes into the form; all wikis of a language are asked back.
    document.getElementById("compare")?.addEventListener("choose", (event) => {
      event.preventDefault();
      const field = document.getElementById("add");
      const [, kind, name] = new URL(event.detail.url, location.href).pathname.split("/");
      field.value = kind === "projects" ? decodeURIComponent(name) : event.detail.label;
      field.form.requestSubmit();
    });
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-write]")) return;
      event.preventDefault();
      write(event.target);
    });
    const png = document.getElementById("png");
    if (png) {
      png.hidden = false;
      png.addEventListener("click", () => {
        const plot = document.querySelector(".chart .js-plotly-plot");
        if (plot) window.Plotly.downloadImage(picture(plot), { format: "png", width: 1200, height: 630, scale: 2, filename: document.querySelector(".chart").dataset.name });
      });
    }
    // A change between light and dark repaints the chart.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => window.dash_clientside.set_props?.("theme", { data: String(Date.now()) }));
  });
})();

// A chart in the browser: its colours, its fit, its picture as a file, and what a click or the slider tells the page.
"use strict";
(() => {
  const NARROW = 600; // pixels
  const MAX_UNIT = 32; // characters of a unit that a narrow chart has room for
  const MAX_TICKS = 6; // on a narrow chart
  const REST = 250; // milliseconds after which a drag has come to rest

  const place = () => document.querySelector(".chart");
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  // A figure with the values of the stylesheet's custom properties in place of their names.
  const painted = (value) => {
    if (typeof value === "string") return value.startsWith("--") ? style(value) : value;
    if (Array.isArray(value)) return value.map(painted);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, painted(inner)]));
    return value;
  };

  const thinOut = (axis) => {
    if (!axis?.ticktext) return;
    const every = Math.ceil(axis.ticktext.length / MAX_TICKS);
    axis.ticktext = axis.ticktext.filter((_, i) => i % every === 0);
    axis.tickvals = axis.tickvals.filter((_, i) => i % every === 0);
  };

  // Numbers of events have room on a phone; notes do not.
  const ofEvents = (mark) => mark.name === "event" || mark.name === "break";
  const withoutNotes = (layout) => {
    if (!layout.annotations?.length) return;
    layout.annotations = layout.annotations.filter(ofEvents);
    layout.shapes = layout.shapes.filter(ofEvents);
    layout.margin.t = 28 + (layout.meta?.above ?? 0);
  };

  // Phones: fewer ticks, notes stay in the list below the chart, and a long unit in its caption.
  const fitted = (figure) => {
    if ((place()?.clientWidth ?? 1000) >= NARROW) return figure;
    const { layout } = figure;
    thinOut(layout.xaxis);
    withoutNotes(layout);
    const unit = layout.yaxis?.title;
    if (unit?.text.length > MAX_UNIT) unit.text = "";
    return figure;
  };

  // The figure to be saved: what stands around it on the page is written into it.
  const inert = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const picture = (plot) => {
    const { title, source } = place().dataset;
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
  const savePicture = () => {
    const plot = document.querySelector(".chart .js-plotly-plot");
    const how = { format: "png", width: 1200, height: 630, scale: 2, filename: place().dataset.name };
    if (plot) window.Plotly.downloadImage(picture(plot), how);
  };

  // The slider tells of each step of a drag: only where it comes to rest is told.
  let resting = 0, held = false;
  addEventListener("pointerdown", () => { held = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { held = false; }, true);
  const atRest = (act) => {
    clearTimeout(resting);
    resting = setTimeout(() => (held ? atRest(act) : act()), REST);
  };

  // A month stands at its first day: the first one shown is the first that begins within the range.
  const monthBegun = (text) => {
    const [year, month, day] = String(text).slice(0, 10).split("-").map(Number);
    return new Date(Date.UTC(year, month - 1 + (day > 1 ? 1 : 0), 1)).toISOString().slice(0, 7);
  };
  const rangeOf = (change) => change?.["xaxis.range"] ?? (change?.["xaxis.range[0]"] && [change["xaxis.range[0]"], change["xaxis.range[1]"]]);
  const monthsOf = (range, [oldest, newest]) => {
    const within = (month) => (month < oldest ? oldest : month > newest ? newest : month);
    return [within(monthBegun(range[0])), within(String(range[1]).slice(0, 7))];
  };

  // What the chart package calls; the names stand in dashboards/charts/app.py.
  const unchanged = () => window.dash_clientside.no_update;
  const paint = (figure) => (figure ? fitted(painted(figure)) : unchanged());
  const choose = (click) => {
    const id = click?.points?.map((point) => point.customdata).find(Boolean);
    if (id) tell("peak-chosen", Array.isArray(id) ? id[0] : id);
    return unchanged();
  };
  const move = (change, figure) => {
    const range = rangeOf(change), meta = figure?.layout?.meta;
    if (!range || !meta || meta.fixed) return unchanged();
    const [first, last] = monthsOf(range, meta.stored);
    if (first <= last && (first !== meta.from || last !== meta.to)) atRest(() => tell("range-chosen", { first, last }));
    return unchanged();
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { charts: { paint, choose, move } });

  // On paper the drawing has another width than on the screen: it is scaled as a whole.
  addEventListener("beforeprint", () => document.querySelectorAll(".chart .main-svg").forEach((svg) => {
    svg.setAttribute("viewBox", `0 0 ${svg.width.baseVal.value} ${svg.height.baseVal.value}`);
  }));
  addEventListener("afterprint", () => document.querySelectorAll(".chart .main-svg").forEach((svg) => svg.removeAttribute("viewBox")));

  const offerPicture = (button) => {
    button.hidden = false;
    button.addEventListener("click", savePicture);
  };
  const repaint = () => window.dash_clientside.set_props?.("theme", { data: String(Date.now()) });
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("#png").forEach(offerPicture));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
})();

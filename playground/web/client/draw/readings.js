// The words of a chart: the numbers under the pointer, the legend, the table.

import { el } from "./dom.js";

/** What shows the numbers of the row that the pointer is over. */
export function pointer(frame, model) {
  if (model.component.showTooltip === false || !model.labels.length) return [];
  const tip = el("div", { class: "pg-tip", hidden: true });
  const line = el("i", { class: "pg-tip-line", hidden: true });
  const show = (event) => {
    const at = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left - frame.left) / frame.band);
    const index = Math.max(0, Math.min(model.labels.length - 1, at));
    tip.replaceChildren(
      el("b", {}, model.labels[index]),
      el(
        "ul",
        {},
        model.series.map((series, number) => reading(series, index, model.colors[number], frame)),
      ),
    );
    tip.hidden = line.hidden = false;
    line.style.left = `${frame.x(index)}px`;
    const beside = index > model.labels.length / 2 ? -tip.offsetWidth - 10 : 10;
    tip.style.left = `${Math.max(0, Math.min(frame.width - tip.offsetWidth, frame.x(index) + beside))}px`;
  };
  const hide = () => (tip.hidden = line.hidden = true);
  return el(
    "div",
    { class: "pg-pointer", on: { pointermove: show, pointerdown: show, pointerleave: hide } },
    line,
    tip,
  );
}

const amount = (span) => (span ? Number((span[1] - span[0]).toPrecision(12)) : null);

function reading({ name, spans }, index, color, { format }) {
  const value = amount(spans[index]);
  return el(
    "li",
    {},
    el("i", { class: "pg-swatch", style: { background: color } }),
    el("span", {}, name),
    el("span", {}, value === null ? "–" : format(value)),
  );
}

/** Which colour is which series. */
export function legend({ series, colors }) {
  return el(
    "ul",
    { class: "pg-legend", "aria-hidden": "true" },
    series.map(({ name }, index) =>
      el("li", {}, el("i", { class: "pg-swatch", style: { background: colors[index] } }), el("bdi", {}, name)),
    ),
  );
}

/** The numbers as a table, for those who do not see the chart. */
export function dataTable({ labels, series, c }) {
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, c.t("Label")),
    series.map(({ name }) => el("th", { scope: "col" }, name)),
  );
  const body = labels.map((label, index) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, label),
      series.map(({ spans }) => el("td", {}, amount(spans[index]) ?? "")),
    ),
  );
  return el(
    "div",
    { class: "pg-sr" },
    el("table", {}, el("caption", {}, c.t("The numbers of the chart")), el("thead", {}, head), el("tbody", {}, body)),
  );
}

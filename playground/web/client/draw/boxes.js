// The boxes of widgets: rows, columns, forms, rulers; and the sizes that they share with pictures and charts.

import { el } from "./dom.js";
import { among, number, record } from "./safe.js";
import { colour, distance, flex, measure, only, radius, ratio, spacing } from "./values.js";

const ALIGN = { start: "flex-start", center: "center", end: "flex-end", baseline: "baseline", stretch: "stretch" };
const JUSTIFY = {
  start: "flex-start",
  center: "center",
  end: "flex-end",
  between: "space-between",
  around: "space-around",
  evenly: "space-evenly",
  stretch: "stretch",
};
const LINES = ["solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset"];
const at = (table, name) => (typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined);

/** Width, height and their bounds. A width never exceeds the box that it is in: draw.css sees to that. */
export function sizes({
  width,
  height,
  size,
  minWidth,
  minHeight,
  minSize,
  maxWidth,
  maxHeight,
  maxSize,
  aspectRatio,
  flex: share,
}) {
  const least = (value) => (value === undefined ? undefined : `min(100%, ${value})`);
  return only({
    "inline-size": measure(width ?? size),
    "block-size": measure(height ?? size, 1200),
    "min-inline-size": least(measure(minWidth ?? minSize)),
    "min-block-size": measure(minHeight ?? minSize, 1200),
    "max-inline-size": least(measure(maxWidth ?? maxSize)),
    "max-block-size": measure(maxHeight ?? maxSize, 1200),
    "aspect-ratio": ratio(aspectRatio),
    flex: flex(share),
  });
}

const align = (name) => at(ALIGN, name);

/** What a box looks like, but for its direction. */
export function look(box) {
  return {
    ...sizes(box),
    ...only({
      "align-items": align(box.align),
      "justify-content": at(JUSTIFY, box.justify),
      "flex-wrap": among(box.wrap, ["nowrap", "wrap", "wrap-reverse"], undefined),
      gap: distance(box.gap),
      background: colour(box.background, "surface"),
      "border-radius": radius(box.radius),
    }),
    ...spacing("padding", box.padding),
    ...spacing("margin", box.margin),
    ...borders(box.border),
  };
}

/** The borders of a box. */
export function borders(border) {
  if (typeof border === "number") return edge("", border);
  const { top, right, bottom, left, x, y, size } = record(border);
  if (size !== undefined) return edge("", border);
  const sides = {
    "-block-start": top ?? y,
    "-block-end": bottom ?? y,
    "-inline-start": left ?? x,
    "-inline-end": right ?? x,
  };
  return Object.assign({}, ...Object.entries(sides).map(([side, line]) => edge(side, line)));
}

function edge(side, line) {
  const { size, color, style } = typeof line === "number" ? { size: line } : record(line);
  const width = number(size, 0, 16);
  if (width === undefined) return {};
  return {
    [`border${side}`]: `${width}px ${among(style, LINES, "solid")} ${colour(color, "border") ?? "var(--line)"}`,
  };
}

/** Box, Row, Col: a flex box in that direction. */
export function box(component, c) {
  const direction = { Row: "row", Col: "column" }[component.type] ?? (component.direction === "row" ? "row" : "column");
  return el(
    "div",
    { class: "pg-box", "data-direction": direction, key: c.key(component), style: look(component) },
    c.children(component),
  );
}

/** A form: its fields go with every action that is pressed within it. */
export function form(component, c) {
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    const trigger = event.submitter ?? event.currentTarget;
    c.press(component.onSubmitAction, { trigger, usual: "container" });
  };
  return el(
    "form",
    {
      class: "pg-box pg-form",
      "data-direction": component.direction === "row" ? "row" : "column",
      key: c.key(component),
      style: look(component),
      on: { submit },
    },
    c.children(component),
  );
}

/** A ruler. */
export function divider(component, c) {
  const space = distance(component.spacing);
  const style = only({
    "border-block-start-width": measure(component.size, 16),
    "border-block-start-color": colour(component.color, "border"),
    "margin-block": space,
  });
  return el("hr", { class: `pg-ruler${component.flush ? " pg-flush" : ""}`, key: c.key(component), style });
}

/** Room between others. */
export const spacer = (component, c) =>
  el("span", {
    class: "pg-spacer",
    key: c.key(component),
    style: only({ "flex-basis": measure(component.minSize, 400) }),
  });

/** Something that may change its size: what is in it fades in. */
export const transition = (component, c) =>
  el("div", { class: "pg-transition", key: c.key(component) }, c.children(component));

/** A component that we do not know: its words, and what is in it. */
export function unknown(component, c) {
  const words = ["value", "label", "title", "text", "alt", "placeholder"]
    .map((name) => component[name])
    .filter((word) => typeof word === "string");
  return el(
    "div",
    { class: "pg-box pg-unknown", "data-direction": "column", key: c.key(component) },
    words.map((word) => el("span", { dir: "auto" }, word.slice(0, 5000))),
    c.children(component),
  );
}

/** Table, Table.Row, Table.Cell (newer UIs have them). */
export function table(component, c) {
  return el(
    "div",
    { class: "pg-scroll", tabindex: "0", role: "group", "aria-label": c.t("Table"), key: c.key(component) },
    el("table", {}, el("tbody", {}, c.children(component))),
  );
}

export const tableRow = (component, c) =>
  el(
    "tr",
    { key: c.key(component), "data-header": Boolean(component.header) },
    c.children(component, { header: component.header === true }),
  );

export function tableCell(component, c) {
  const span = (value) => (number(value, 1, 50) ? Math.round(number(value, 1, 50)) : null);
  const style = only({
    "text-align": among(component.align, ["start", "center", "end"], undefined),
    ...spacing("padding", component.padding),
    "inline-size": measure(component.width),
  });
  return el(
    c.header ? "th" : "td",
    {
      colspan: span(component.colSpan),
      rowspan: span(component.rowSpan),
      scope: c.header ? "col" : null,
      key: c.key(component),
      style,
    },
    c.children(component),
  );
}

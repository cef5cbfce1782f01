// Charts: bars, lines and areas as SVG, drawn for the width that there is.

import { sizes } from "./boxes.js";
import { el, live, svg } from "./dom.js";
import { dataTable, legend, pointer } from "./readings.js";
import { number } from "./safe.js";
import { chartOf, curve, ticks } from "./scales.js";
import { colour, SERIES } from "./values.js";

const TOP = 10;
const LABEL = 6.6; // pixels of a letter on an axis

/** A chart. */
export function chart(component, c) {
  const model = { ...chartOf(component), component, c };
  model.colors = model.series.map(
    ({ color }, index) => colour(color, "chart") ?? colour(SERIES[index % SERIES.length], "chart"),
  );
  return el(
    "figure",
    {
      class: "pg-chart",
      key: c.key(component),
      style: sizes({
        ...component,
        height: undefined,
        minHeight: undefined,
        maxHeight: undefined,
        size: undefined,
        width: component.width ?? component.size,
        aspectRatio: undefined,
      }),
    },
    live(
      "div",
      {
        class: "pg-plot",
        "aria-hidden": "true",
        style: sizes({
          height: component.height ?? component.size,
          minHeight: component.minHeight,
          maxHeight: component.maxHeight,
          aspectRatio: component.aspectRatio,
        }),
      },
      model,
      fill,
    ),
    component.showLegend === false || (component.showLegend !== true && model.series.length < 2) ? null : legend(model),
    dataTable(model),
  );
}

const watched = new WeakMap(); // element → its model; a chart is drawn for the width that it has

function fill(element, model) {
  if (!watched.has(element)) new ResizeObserver(() => draw(element, watched.get(element))).observe(element);
  watched.set(element, model);
  draw(element, model);
}

function draw(element, model) {
  const frame = frameOf(element, model);
  element.replaceChildren(
    svg(
      "svg",
      { viewBox: `0 0 ${frame.width} ${frame.height}`, width: frame.width, height: frame.height },
      grid(frame),
      axis(frame, model),
      model.series.map((series, index) => mark(series, model.colors[index], frame, model)),
    ),
    pointer(frame, model),
  );
}

function frameOf(element, { labels, low, high, hidden, component, c }) {
  const width = Math.max(160, Math.min(element.clientWidth || 520, 2000));
  const height = Math.max(90, Math.min(element.clientHeight || 220, 1200));
  const marks = ticks(low, high, height < 160 ? 3 : 4);
  const format = formatter(c.locale);
  const left = component.showYAxis === true ? 12 + LABEL * Math.max(...marks.map((mark) => format(mark).length)) : 4;
  const bottom = height - (hidden ? 8 : 26);
  const [lowest, highest] = [marks[0], marks.at(-1)];
  const band = (width - left - 6) / Math.max(1, labels.length);
  return {
    width,
    height,
    left,
    bottom,
    marks,
    format,
    band,
    hidden,
    right: width - 6,
    numbered: component.showYAxis === true,
    x: (index) => left + band * (index + 0.5),
    y: (value) => TOP + (bottom - TOP) * (1 - (value - lowest) / (highest - lowest)),
  };
}

function formatter(locale) {
  const options = { notation: "compact", maximumFractionDigits: 2 };
  try {
    return new Intl.NumberFormat(locale, options).format;
  } catch {
    return new Intl.NumberFormat("en", options).format;
  }
}

function grid({ marks, left, right, y, format, numbered }) {
  return marks.map((mark) =>
    svg(
      "g",
      {},
      svg("line", { class: mark === 0 ? "pg-axis" : "pg-grid", x1: left, x2: right, y1: y(mark), y2: y(mark) }),
      numbered
        ? svg("text", { class: "pg-tick-text", x: left - 7, y: y(mark) + 4, "text-anchor": "end" }, format(mark))
        : null,
    ),
  );
}

function axis({ hidden, x, height, width, band }, { labels }) {
  if (hidden) return null;
  const most = Math.max(3, Math.floor(Math.max(band, 62) / LABEL));
  const short = labels.map((label) => (label.length > most ? `${label.slice(0, most - 1)}…` : label));
  const pushed = Math.max(0, ((short[0]?.length ?? 0) * LABEL) / 2 - x(0)); // the first one, to stay in sight
  const every = Math.max(
    1,
    Math.ceil((LABEL * Math.max(0, ...short.map(({ length }) => length)) + 10 + pushed) / band),
  );
  const place = (label, index) =>
    Math.max((label.length * LABEL) / 2, Math.min(width - (label.length * LABEL) / 2, x(index)));
  return short.map((label, index) =>
    index % every
      ? null
      : svg("text", { class: "pg-tick-text", x: place(label, index), y: height - 8, "text-anchor": "middle" }, label),
  );
}

function mark(series, color, frame, model) {
  if (series.kind === "bar") return bars(series, color, frame, model);
  const points = series.spans.map((span, index) => span && [frame.x(index), frame.y(span[1]), frame.y(span[0])]);
  return pieces(points).map((piece) => {
    const line = svg("path", { class: "pg-line", d: curve(piece, series.curve || "linear"), style: { stroke: color } });
    const dots =
      piece.length === 1 || model.labels.length <= 12
        ? piece.map(([x, y]) => svg("circle", { class: "pg-dot", cx: x, cy: y, r: 3, style: { fill: color } }))
        : null;
    return svg("g", {}, series.kind === "area" ? area(piece, color, series) : null, line, dots);
  });
}

// The stretches between gaps.
function pieces(points) {
  const found = [[]];
  for (const point of points) point ? found.at(-1).push(point) : found.push([]);
  return found.filter(({ length }) => length);
}

function area(piece, color, { curve: kind }) {
  const under = curve(piece.map(([x, , base]) => [x, base]).reverse(), kind || "linear").replace("M", "L");
  return svg("path", { class: "pg-area", d: `${curve(piece, kind || "linear")}${under}Z`, style: { fill: color } });
}

function bars({ spans, group }, color, { x, y, band }, { groups, component }) {
  const room = Math.max(
    band * 0.15,
    Math.min(band * 0.9, band - (number(component.barCategoryGap, 0, 200) ?? band * 0.28)),
  );
  const between = groups.length > 1 ? Math.min(number(component.barGap, 0, 60) ?? 3, (room * 0.5) / groups.length) : 0;
  const each = Math.max(1, Math.min(56, (room - between * (groups.length - 1)) / groups.length));
  const whole = each * groups.length + between * (groups.length - 1);
  const offset = groups.indexOf(group) * (each + between) - whole / 2;
  return spans.map((span, index) => {
    if (!span) return null;
    const [top, bottom] = [Math.min(y(span[0]), y(span[1])), Math.max(y(span[0]), y(span[1]))];
    return svg("rect", {
      class: "pg-bar",
      x: x(index) + offset,
      y: top,
      width: each,
      height: Math.max(bottom - top, 0.5),
      rx: Math.min(4, each / 3, (bottom - top) / 2),
      style: { fill: color },
    });
  });
}

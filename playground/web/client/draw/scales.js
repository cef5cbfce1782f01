// The arithmetic of charts: what stands on what, where the axis has its numbers, how a line runs. Nothing here draws.

import { list, number, record, text } from "./safe.js";

const ROWS = 400;
const SERIES = 12;

/**
 * A chart in numbers: `{labels, series, low, high, groups}`. A series is `{kind, name, color, curve, spans, group}`, its
 * `spans` are `[from, to]` for each row, or null where there is no number; bars of one `group` stand on each other.
 */
export function chartOf(chart) {
  const rows = list(chart.data, ROWS).map(record);
  const axis = typeof chart.xAxis === "string" ? { dataKey: chart.xAxis } : record(chart.xAxis);
  const named = record(axis.labels);
  const labels = rows.map((row) => {
    const value = text(valueOf(row, axis.dataKey), 200);
    return (Object.hasOwn(named, value) ? text(named[value], 200) : "") || value;
  });
  const heaps = new Map();
  const series = list(chart.series, SERIES)
    .map(record)
    .map((one, index) => seriesOf(one, index, rows, heaps));
  const ends = series.flatMap(({ spans }) => spans.flatMap((span) => span ?? []));
  const groups = [...new Set(series.filter(({ kind }) => kind === "bar").map(({ group }) => group))];
  return { labels, series, groups, low: Math.min(0, ...ends), high: Math.max(0, ...ends), hidden: axis.hide === true };
}

const valueOf = (row, key) => (typeof key === "string" && Object.hasOwn(row, key) ? row[key] : undefined);

function seriesOf(one, index, rows, heaps) {
  const kind = ["bar", "area", "line"].includes(one.type) ? one.type : "line";
  const group = kind !== "line" && typeof one.stack === "string" ? `${kind} ${one.stack}` : `alone ${index}`;
  const heap =
    heaps.get(group) ??
    heaps
      .set(
        group,
        rows.map(() => [0, 0]),
      )
      .get(group);
  const spans = rows.map((row, at) => {
    const amount = number(toNumber(valueOf(row, one.dataKey)), -1e15, 1e15);
    if (amount === undefined) return null;
    const side = amount < 0 ? 0 : 1;
    const from = heap[at][side];
    heap[at][side] += amount;
    return [from, heap[at][side]];
  });
  return {
    kind,
    group,
    spans,
    name: text(one.label, 200) || text(one.dataKey, 200),
    color: one.color,
    curve: text(one.curveType, 20),
  };
}

const toNumber = (value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value);

/** Round numbers from `low` to `high`, about `count` of them; the outer ones enclose both. */
export function ticks(low, high, count = 4) {
  const span = high - low || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const from = Math.floor(low / step);
  const to = Math.max(Math.ceil(high / step), from + 1);
  return Array.from({ length: Math.min(to - from + 1, 12) }, (_, index) =>
    Number(((from + index) * step).toPrecision(12)),
  );
}

/** The path of a line through `points` (`[x, y]`): straight, in steps, or smooth without overshooting. */
export function curve(points, kind) {
  if (!points.length) return "";
  const [[x, y], ...rest] = points;
  const start = `M${put(x)} ${put(y)}`;
  if (points.length === 1) return `${start}h.01`;
  if (kind.startsWith("step")) return start + steps(points, kind);
  if (kind.startsWith("linear")) return start + rest.map(([right, high]) => `L${put(right)} ${put(high)}`).join("");
  return start + smooth(points);
}

const put = (value) => Number(value.toFixed(2));

function steps(points, kind) {
  return points
    .slice(1)
    .map(([x, y], index) => {
      const [before] = points[index];
      const turn = kind === "stepBefore" ? before : kind === "stepAfter" ? x : (before + x) / 2;
      return `H${put(turn)}V${put(y)}H${put(x)}`;
    })
    .join("");
}

// Cubic pieces whose slopes are bounded by those of their neighbours: the line shows no height that is not there.
function smooth(points) {
  const slope = (at) => (points[at + 1][1] - points[at][1]) / (points[at + 1][0] - points[at][0]);
  const tangent = (at) => {
    if (at === 0) return slope(0);
    if (at === points.length - 1) return slope(at - 1);
    const [a, b] = [slope(at - 1), slope(at)];
    return a * b <= 0 ? 0 : (2 * a * b) / (a + b);
  };
  return points
    .slice(1)
    .map(([x, y], index) => {
      const [x0, y0] = points[index];
      const third = (x - x0) / 3;
      const piece = [x0 + third, y0 + tangent(index) * third, x - third, y - tangent(index + 1) * third, x, y];
      return `C${piece.map(put).join(" ")}`;
    })
    .join("");
}

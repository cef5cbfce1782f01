// Annotations of an answer: every source gets one number, in the order in which they come; the text gets the marks.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { host, link, list, outward, record, text } from "./safe.js";

const SHORT = 4; // more sources than these are folded away

/** `{sources: [source], marks: [[{index, number}] for each part]}` of the parts of an assistant message. */
export function sourcesOf(parts) {
  const numbers = new Map();
  const sources = [];
  const marks = parts.map((part) =>
    list(record(part).annotations, 200).map((annotation) => {
      const { source, index } = record(annotation);
      const key = keyOf(record(source));
      if (!numbers.has(key)) numbers.set(key, sources.push(record(source)));
      return { index, number: numbers.get(key) };
    }),
  );
  return {
    sources,
    marks: marks.map((some) => unique(some.filter(({ index }) => Number.isInteger(index) && index >= 0))),
  };
}

const keyOf = ({ type, url, filename, id, title }) => JSON.stringify([type, url ?? filename ?? id ?? title]);

function unique(marks) {
  const seen = new Set();
  return marks.filter(({ index, number }) => !seen.has(`${index} ${number}`) && seen.add(`${index} ${number}`));
}

/** The name of a source. */
export const titleOf = (source, t) =>
  text(source.title, 300) ||
  text(source.filename, 300) ||
  text(source.label, 300) ||
  host(link(source.url) ?? "") ||
  t("Source");

/** The mark `[n]` in the text. A source on the web is a link to it; another one leads to the list. */
export function markOf(number, sources, t) {
  const source = sources[number - 1];
  if (!source) return null;
  const href = link(source.url);
  const title = titleOf(source, t);
  const props = { class: "pg-mark", title, "aria-label": t("Source {number}: {title}", { number, title }) };
  if (href) return el("a", { ...props, ...outward(href) }, number);
  const show = ({ currentTarget }) => showSource(currentTarget.closest(".pg-item"), number);
  return el("button", { ...props, type: "button", on: { click: show } }, number);
}

function showSource(item, number) {
  const entry = item?.querySelector(`.pg-source[data-number="${number}"]`);
  entry?.closest("details")?.setAttribute("open", "");
  entry?.querySelector(".pg-source-box")?.focus();
}

/** The numbered list below the text, or null. */
export function sourceList(sources, t) {
  if (!sources.length) return null;
  const entries = el(
    "ol",
    { class: "pg-source-list" },
    sources.map((source, index) => entry(source, index + 1, t)),
  );
  const title = t(sources.length === 1 ? "1 source" : "{count} sources", { count: sources.length });
  if (sources.length <= SHORT)
    return el("div", { class: "pg-sources", key: "sources" }, el("div", { class: "pg-sr" }, title), entries);
  const head = [el("span", {}, title), icon("chevron-right", { class: "pg-turn" })];
  return el(
    "details",
    { class: "pg-sources", key: "sources" },
    el("summary", { class: "pg-fold-head" }, head),
    entries,
  );
}

/** One source: its number, title, and where it is. */
export function entry(source, number, t) {
  const href = link(source.url);
  const about = [text(source.description, 1000), text(source.timestamp, 60)].filter(Boolean).join(" · ");
  const words = [
    number === null ? icon(iconOf(source)) : el("span", { class: "pg-number", "aria-hidden": "true" }, number),
    el("bdi", { class: "pg-source-title" }, titleOf(source, t)),
    el("bdi", { class: "pg-source-place" }, placeOf(source, href)),
  ];
  const props = { class: "pg-source-box", title: about || null };
  const box = href ? el("a", { ...props, ...outward(href) }, words) : el("span", { ...props, tabindex: "-1" }, words);
  return el("li", { class: "pg-source", "data-number": number }, box);
}

const iconOf = ({ type, icon: name }) => (type === "file" ? "document" : type === "url" ? "globe" : name);

function placeOf(source, href) {
  if (source.type === "file") return text(source.title) ? text(source.filename, 200) : "";
  return text(source.attribution, 100) || (href ? host(href) : text(source.group, 100));
}

// What the agent did on the way: a fold with its steps. While it runs it says what it is doing right now.

import { el, fold } from "./dom.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { list, number, record, text } from "./safe.js";
import { entry } from "./sources.js";

/** A workflow: its summary, and its tasks in a fold. */
export function workflow(item, c) {
  const { tasks, summary, expanded, type } = record(item.workflow);
  const steps = list(tasks, 300).map(record);
  const busy = Boolean(c.open) || steps.some((step) => step.status_indicator === "loading");
  const head = el(
    "span",
    { class: "pg-fold-head", key: "head" },
    busy
      ? spinner(c)
      : icon(record(summary).icon ?? (type === "reasoning" ? "lightbulb" : "check-circle"), { class: "pg-soft" }),
    el("bdi", { class: busy ? "pg-shimmer" : null }, titleOf(steps, record(summary), busy, type, c)),
    steps.length ? icon("chevron-right", { class: "pg-turn" }) : null,
  );
  if (!steps.length) return [el("div", { class: "pg-steps" }, head)];
  return [
    fold(
      { class: "pg-steps", open: Boolean(expanded) },
      head,
      el(
        "ol",
        {},
        steps.map((step, index) => stepOf(step, index, c)),
      ),
    ),
  ];
}

/** A task that stands by itself. */
export function singleTask(item, c) {
  return [el("ol", { class: "pg-steps pg-single" }, stepOf(record(item.task), 0, c))];
}

const spinner = (c) => el("span", { class: "pg-spinner", role: "img", "aria-label": c.t("Working") });

function titleOf(steps, summary, busy, type, c) {
  const current = steps.findLast((step) => step.status_indicator === "loading") ?? steps.at(-1);
  if (busy && current) return nameOf(current, c);
  if (text(summary.title)) return text(summary.title, 300);
  if (number(summary.duration) !== undefined) return lasted(summary.duration, c);
  if (type === "reasoning") return busy ? c.t("Thinking") : c.t("Thoughts");
  return steps.length === 1 ? nameOf(steps[0], c) : c.t("{count} steps", { count: steps.length });
}

function lasted(seconds, { t }) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t("Thought for {seconds} s", { seconds: whole });
  return t("Thought for {minutes} min {seconds} s", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}

function nameOf(step, { t }) {
  if (text(step.title)) return text(step.title, 500);
  if (step.type === "web_search") return text(step.title_query, 500) || t("Searched the web");
  return { thought: t("Thought"), file: t("Files"), image: t("Image") }[step.type] ?? t("Step");
}

const SIGNS = { web_search: "globe", thought: "lightbulb", file: "document", image: "square-image" };

function stepOf(step, index, c) {
  const busy = step.status_indicator === "loading";
  const sign = busy
    ? spinner(c)
    : icon(step.icon ?? SIGNS[step.type] ?? (step.status_indicator === "complete" ? "check" : "dot"));
  const inside = [bodyOf(step, busy, c), queries(step, c), sources(step)];
  const title = el("bdi", { class: busy ? "pg-shimmer" : null }, nameOf(step, c));
  const bare = inside.every((part) => part === null);
  const shown = bare
    ? el("div", { class: "pg-step-title" }, title)
    : fold(
        { class: "pg-step-fold", open: step.type !== "custom" },
        el("span", { class: "pg-step-title" }, title, icon("chevron-right", { class: "pg-turn" })),
        ...inside,
      );
  return el(
    "li",
    { class: "pg-step", "data-state": text(step.status_indicator, 20), key: `step ${index}` },
    el("span", { class: "pg-step-sign" }, sign),
    el("div", { class: "pg-step-words" }, shown),
  );
}

function bodyOf(step, busy, c) {
  const words = text(step.content, 200_000);
  return words ? el("div", { class: "pg-step-body", key: "body" }, markdown(words, { t: c.t, open: busy })) : null;
}

function queries(step, { t }) {
  const asked = list(step.queries, 50)
    .map((query) => text(query, 300))
    .filter(Boolean);
  if (!asked.length) return null;
  return el(
    "ul",
    { class: "pg-chips", "aria-label": t("Searches"), key: "queries" },
    asked.map((query) => el("li", { class: "pg-chip" }, icon("search"), el("bdi", {}, query))),
  );
}

function sources(step) {
  const found = list(step.sources, 100).map(record);
  if (!found.length) return null;
  return el(
    "ul",
    { class: "pg-source-list", key: "sources" },
    found.map((source) => entry(source, null, (words) => words)),
  );
}

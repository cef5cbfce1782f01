// What is no item of its own: a failure, a notice, what the agent is doing.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { among, text } from "./safe.js";

const SIGNS = { info: "info", warning: "warning", danger: "warning" };

/** An answer that failed: what happened, and a way to try again. */
export function failure(item, c) {
  const words = text(item.message, 4000) || c.t("Something went wrong. Nothing that you wrote is lost.");
  const again =
    item.allow_retry && c.retry && !c.readonly
      ? el(
          "button",
          { type: "button", class: "pg-button pg-small", on: { click: () => c.retry(item) } },
          icon("reload"),
          c.t("Try again"),
        )
      : null;
  return [
    el(
      "div",
      { class: "pg-note", "data-level": "danger", role: "alert" },
      icon("warning"),
      el("div", { class: "pg-note-words" }, el("p", { dir: "auto" }, words)),
      again,
    ),
  ];
}

/** A notice; its words are Markdown. */
export function notice(item, c) {
  const level = among(item.level, ["info", "warning", "danger"], "info");
  return [
    el(
      "div",
      { class: "pg-note", "data-level": level, role: level === "info" ? "status" : "alert" },
      icon(SIGNS[level]),
      el(
        "div",
        { class: "pg-note-words" },
        text(item.title) ? el("strong", { dir: "auto" }, text(item.title, 300)) : null,
        markdown(text(item.message, 8000), { t: c.t }),
      ),
    ),
  ];
}

/** What the agent does right now. */
export function progress(item, c) {
  const sign = item.icon ? icon(item.icon, { class: "pg-pulse" }) : el("span", { class: "pg-spinner" });
  return [
    el(
      "div",
      { class: "pg-progress", role: "status" },
      sign,
      el("bdi", { class: "pg-shimmer" }, text(item.text, 500) || c.t("Working")),
    ),
  ];
}

// A call of a tool that the visitor's browser answers. Who can answer it by hand is given a field for it.

import { el, fold } from "./dom.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { record, text } from "./safe.js";

/** The call with its arguments; pending with a form if the context takes an output, completed with what came of it. */
export function clientCall(item, c) {
  const pending = item.status !== "completed";
  const state = pending
    ? c.t("waits for your browser")
    : item.output === undefined || item.output === null
      ? c.t("not answered")
      : c.t("answered");
  const head = el(
    "span",
    { class: "pg-fold-head", key: "head" },
    pending
      ? el("span", { class: "pg-spinner", role: "img", "aria-label": c.t("Waiting") })
      : icon("desktop", { class: "pg-soft" }),
    el("bdi", {}, el("code", {}, text(item.name, 200)), " · ", state),
    icon("chevron-right", { class: "pg-turn" }),
  );
  return [
    fold(
      { class: "pg-steps", open: pending && Boolean(c.output) },
      head,
      block(c.t("Arguments"), record(item.arguments), c),
      pending ? null : block(c.t("Result"), item.output, c),
    ),
    pending && c.output && !c.readonly ? byHand(item, c) : null,
  ];
}

function block(title, value, c) {
  if (value === undefined || value === null || (typeof value === "object" && !Object.keys(value).length)) return null;
  const shown = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const fence = "`".repeat(3 + Math.max(0, ...[...shown.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length)));
  const code = `${fence}${typeof value === "string" ? "" : "json"}\n${shown}\n${fence}`;
  return el(
    "div",
    { class: "pg-step-body", key: title },
    el("div", { class: "pg-small-title" }, title),
    markdown(code, { t: c.t }),
  );
}

// JSON if it is JSON, else the text as it is.
function read(words) {
  try {
    return JSON.parse(words);
  } catch {
    return words;
  }
}

function byHand(item, c) {
  const send = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.currentTarget;
    if (form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    try {
      await c.output(item, read(form.querySelector("textarea").value));
    } catch {
      // Whoever gave the function says what went wrong; here the form is open again
    } finally {
      form.removeAttribute("aria-busy");
    }
  };
  return el(
    "form",
    { class: "pg-editor", key: "by hand", on: { submit: send } },
    el(
      "label",
      {},
      c.t("Answer for the tool (text or JSON)"),
      el("textarea", { class: "pg-field pg-mono", rows: 3, dir: "auto", required: true }),
    ),
    el("div", { class: "pg-buttons" }, el("button", { type: "submit", class: "pg-button pg-primary" }, c.t("Send"))),
  );
}

// The row of small buttons below a message: copy, judge, again, edit, other branches. What the context lacks gets none.

import { copyButton } from "./copy.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { plainText } from "./plain.js";

/** The row. `edit`: opens the editor, if there is one. */
export function row(item, c, edit = null) {
  if (c.open) return el("div", { class: "pg-row", key: "row" });
  return el(
    "div",
    { class: "pg-row", key: "row" },
    branches(c),
    copyButton(() => plainText(item), c.t),
    c.feedback && !c.readonly ? votes(item, c) : null,
    c.retry && !c.readonly ? quiet("reload", c.t("Try again"), () => c.retry(item)) : null,
    edit ? quiet("write", c.t("Edit"), edit) : null,
  );
}

/** A small button with a sign; its words are for the pointer that rests and for those who do not see it. */
export function quiet(sign, label, press, props = {}) {
  return el(
    "button",
    { type: "button", class: "pg-quiet", title: label, "aria-label": label, on: { click: press }, ...props },
    icon(sign),
  );
}

function votes(item, c) {
  const vote = (kind, sign, label) =>
    quiet(sign, label, () => c.feedback(item, kind), { "aria-pressed": String(c.rating === kind), key: kind });
  return [vote("positive", "thumb-up", c.t("Good answer")), vote("negative", "thumb-down", c.t("Bad answer"))];
}

function branches({ branches: at, t }) {
  if (!at || !(at.count > 1)) return null;
  const step = (by, sign, label, off) => quiet(sign, label, () => at.go(by), { disabled: off, key: label });
  return el(
    "span",
    { class: "pg-branches", role: "group", "aria-label": t("Versions") },
    step(-1, "chevron-left", t("Previous version"), at.index <= 0),
    el("span", { dir: "ltr" }, `${at.index + 1} / ${at.count}`),
    step(1, "chevron-right", t("Next version"), at.index >= at.count - 1),
  );
}

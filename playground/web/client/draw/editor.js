// Changing a message in place: Enter sends it, Shift+Enter makes a line, Escape leaves it as it was.

import { el } from "./dom.js";
import { list, record, text } from "./safe.js";

/** The editor of a message of the visitor. */
export function editor(item, c) {
  const words = list(item.content)
    .map((part) => text(record(part).text))
    .join("");
  const close = () => c.change({ editing: false });
  const send = (form) => {
    const said = form.querySelector("textarea").value.trim();
    if (!said) return;
    close();
    c.edit(item, said);
  };
  const keys = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send(event.currentTarget.form);
    }
  };
  const field = el(
    "textarea",
    {
      class: "pg-field",
      dir: "auto",
      rows: Math.min(12, words.split("\n").length + 1),
      "aria-label": c.t("Edit message"),
      "data-focus": true,
      on: { keydown: keys },
    },
    words,
  );
  return el(
    "form",
    {
      class: "pg-editor",
      key: "editor",
      on: { submit: (event) => (event.preventDefault(), send(event.currentTarget)) },
    },
    field,
    el(
      "div",
      { class: "pg-buttons" },
      el("button", { type: "button", class: "pg-button", on: { click: close } }, c.t("Cancel")),
      el("button", { type: "submit", class: "pg-button pg-primary" }, c.t("Send")),
    ),
  );
}

// Copying to the clipboard, with a word that it was done.

import { el } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN = 1600; // milliseconds

/** A button that copies what `words()` returns. */
export function copyButton(words, t) {
  const press = async ({ currentTarget: button }) => {
    const done = await copy(words(), button);
    button.setAttribute("data-pg-state", done ? "done" : "failed");
    button.querySelector("[role=status]").textContent = done ? t("Copied") : t("Could not copy");
    setTimeout(() => {
      button.removeAttribute("data-pg-state");
      button.querySelector("[role=status]").textContent = "";
    }, SHOWN);
  };
  const said = el("span", { class: "pg-sr", role: "status" });
  return el(
    "button",
    { type: "button", class: "pg-quiet pg-copy", title: t("Copy"), "aria-label": t("Copy"), on: { click: press } },
    icon("copy"),
    icon("check"),
    said,
  );
}

async function copy(words, near) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return copyBySelection(words, near); // pages without https have no clipboard of their own
  }
}

function copyBySelection(words, near) {
  const field = el("textarea", { class: "pg-sr", readonly: true, tabindex: "-1", "aria-hidden": "true" });
  field.value = words;
  near.parentElement.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  near.focus();
  return done;
}

// Questions before something is done. The browser's own <dialog>: it keeps the focus, and Escape closes it.

import { h } from "./dom.js";

let number = 0;

/** Asks in a dialogue. `fields` are its middle; `act` is called by the main button and may throw: then it stays open. */
export function question({ title, text = "", fields = [], action, danger = false, act }) {
  const name = `dialog-${++number}`;
  const error = h("p", { class: "error", role: "alert" });
  const main = h("button", { type: "submit", class: `button ${danger ? "danger" : "primary"}` }, action);
  const dialog = h("dialog", { "aria-labelledby": name, class: "dialog", onclose: () => dialog.remove() });
  const submit = async (event) => {
    event.preventDefault();
    main.disabled = true;
    error.textContent = "";
    try {
      await act();
      dialog.close();
    } catch (refused) {
      error.textContent = refused.message;
    }
    main.disabled = false;
  };
  const cancel = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Cancel");
  dialog.append(
    h("form", { onsubmit: submit }, h("h2", { id: name }, title), text && h("p", { class: "hint" }, text), ...fields, error,
      h("div", { class: "buttons" }, cancel, main)),
  );
  open(dialog);
  if (danger && !fields.length) cancel.focus(); // what cannot be undone is not one key away
}

/** Shows something once, such as a new code, with a button that copies it. */
export function reveal({ title, text, value }) {
  const name = `dialog-${++number}`;
  const field = h("input", { class: "field mono", readonly: true, "aria-label": title, value });
  const copy = h("button", { type: "button", class: "button primary", onclick: () => copied(field, copy) }, "Copy");
  const dialog = h("dialog", { "aria-labelledby": name, class: "dialog", onclose: () => dialog.remove() });
  const close = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Done");
  dialog.append(h("h2", { id: name }, title), h("p", { class: "hint" }, text), field, h("div", { class: "buttons" }, close, copy));
  open(dialog);
  field.select();
}

/** Copies a field's text; where the browser forbids it, it is selected. */
async function copied(field, button) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
  }
}

/** A field with its label and a hint. */
export function labelled(label, field, hint = "") {
  const name = `field-${++number}`;
  field.id = name;
  if (hint) field.setAttribute("aria-describedby", `${name}-hint`);
  return h("div", { class: "labelled" }, h("label", { for: name }, label), field,
    hint && h("p", { class: "hint", id: `${name}-hint` }, hint));
}

function open(dialog) {
  document.body.append(dialog);
  dialog.showModal();
}

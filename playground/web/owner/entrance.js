// The form for the owner's token.

import { h } from "./dom.js";

export class Entrance {
  #enter;
  #field = h("input", {
    type: "password",
    id: "token",
    name: "token",
    autocomplete: "current-password",
    spellcheck: false,
    required: true,
    class: "field mono",
    "aria-describedby": "token-hint token-error",
  });
  #error = h("p", { id: "token-error", class: "error", role: "alert" });
  #button = h("button", { type: "submit", class: "button primary" }, "Open");

  constructor(enter) {
    this.#enter = enter;
    this.element = h(
      "main",
      { class: "entrance" },
      h(
        "form",
        { class: "card", onsubmit: (event) => this.#submit(event) },
        h("span", { class: "mark", "aria-hidden": "true" }),
        h("h1", {}, "Owner's view"),
        h("label", { for: "token" }, "Owner's token"),
        this.#field,
        h("p", { id: "token-hint", class: "hint" },
          "PLAYGROUND_OWNER_TOKEN, or what `python -m playground owner` prints on the server."),
        this.#error,
        this.#button,
      ),
    );
  }

  focus() {
    this.#field.focus();
  }

  refuse(message) {
    this.#error.textContent = message;
    this.#field.setAttribute("aria-invalid", "true");
  }

  async #submit(event) {
    event.preventDefault();
    this.#button.disabled = true;
    this.#error.textContent = "";
    this.#field.removeAttribute("aria-invalid");
    const refused = await this.#enter(this.#field.value.trim());
    this.#button.disabled = false;
    if (refused !== null) this.#field.select();
  }
}

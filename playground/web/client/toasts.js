// Short messages at the edge, said aloud by a screen reader, gone by themselves.

import { h, iconButton } from "./dom.js";

const SECONDS = 6;

export class Toasts {
  root = h("div", { class: "toasts" });
  #t;

  constructor(t) {
    this.#t = t;
    this.root.setAttribute("role", "status");
    this.root.setAttribute("aria-live", "polite");
  }

  /** Shows a message; with an `action` {label, run}, or `level` danger. Returns a function that takes it away. */
  show(message, { level = "info", action = null, seconds = SECONDS, closed = () => {} } = {}) {
    let timer;
    const close = () => {
      clearTimeout(timer);
      if (!toast.isConnected) return;
      toast.remove();
      closed();
    };
    const button = action && h("button", { type: "button", class: "link", onclick: () => { action.run(); close(); } }, action.label);
    const toast = h("div", { class: `toast ${level}` }, h("span", { dir: "auto" }, message), button, iconButton("close", this.#t("Close"), close));
    const wait = () => (timer = setTimeout(close, seconds * 1000));
    toast.addEventListener("pointerenter", () => clearTimeout(timer)); // nobody is hurried who is about to press it
    toast.addEventListener("pointerleave", wait);
    this.root.append(toast);
    while (this.root.children.length > 4) this.root.firstElementChild.remove();
    wait();
    return close;
  }
}

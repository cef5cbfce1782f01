// Short messages about what was done, read out by a screen reader too. An error stays longer.

import { h } from "./dom.js";

const SHOWN = { done: 4000, error: 9000 };
const MOST = 4;
let stack = null;

/** Shows a message: kind is "done" or "error". */
export function say(text, kind = "done") {
  if (!stack) {
    stack = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
    document.documentElement.append(stack);
  }
  const toast = h("p", { class: `toast ${kind}` }, text);
  stack.append(toast);
  while (stack.children.length > MOST) stack.firstElementChild.remove();
  setTimeout(() => toast.remove(), SHOWN[kind]);
}

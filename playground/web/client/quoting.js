// A button beside words that were selected, to answer to them.

import { h, icon } from "./dom.js";

const LONGEST = 2_000;

export class Quoting {
  root;
  #within;
  #root;

  /** `root()` is the shadow root, `within` the element whose words can be quoted; `cite(text)` quotes. */
  constructor({ t, root, within, cite }) {
    this.#root = root;
    this.#within = within;
    const press = () => {
      cite(this.text);
      this.root.hidden = true;
      document.getSelection()?.removeAllRanges();
    };
    // A press would take the selection away before the click.
    this.root = h("button", { type: "button", class: "quote-button", hidden: true, onpointerdown: (event) => event.preventDefault(), onclick: press }, icon("quote"), t("Quote"));
    within.addEventListener("pointerup", () => setTimeout(() => this.#show()));
    within.addEventListener("keyup", (event) => event.shiftKey && this.#show());
    document.addEventListener("selectionchange", () => !this.root.hidden && !this.#selected() && (this.root.hidden = true));
  }

  /** The range that is selected in the messages; null if none is. */
  #selected() {
    const root = this.#root();
    const selection = root.getSelection?.() ?? document.getSelection();
    if (!selection?.rangeCount) return null;
    let range = selection.getRangeAt(0);
    if (!root.getSelection && selection.getComposedRanges) range = selection.getComposedRanges({ shadowRoots: [root] })[0];
    const there = range && !range.collapsed && this.#within.contains(range.startContainer) && this.#within.contains(range.endContainer);
    return there ? range : null;
  }

  #show() {
    const range = this.#selected();
    const text = range && live(range).toString().trim();
    this.root.hidden = !text;
    if (!text) return;
    this.text = text.slice(0, LONGEST);
    const place = live(range).getBoundingClientRect();
    const frame = this.root.offsetParent.getBoundingClientRect();
    this.root.style.top = `${Math.max(4, place.top - frame.top - 40)}px`;
    this.root.style.left = `${Math.min(frame.width - 110, Math.max(4, place.left - frame.left + place.width / 2 - 45))}px`;
  }
}

/** A range that can be measured: what Safari and Firefox tell across a shadow root cannot. */
function live(range) {
  if (range instanceof Range) return range;
  const made = document.createRange();
  made.setStart(range.startContainer, range.startOffset);
  made.setEnd(range.endContainer, range.endOffset);
  return made;
}

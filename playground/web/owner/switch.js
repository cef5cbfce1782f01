// A choice of a few, one of which holds: radio buttons that look like one control.

import { h } from "./dom.js";

let number = 0;

export class Switch {
  /** `options` are [value, label]; the first one holds. */
  constructor(label, options, changed) {
    const name = `switch-${++number}`;
    this.element = h("fieldset", { class: "switch" }, h("legend", { class: "unseen" }, label),
      options.map(([value, text], place) =>
        h("label", {}, h("input", { type: "radio", name, value, checked: place === 0, onchange: () => changed(value) }), h("span", {}, text))));
  }
}

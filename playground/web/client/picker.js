// A button that opens a list to pick from, with a search where the list is long.

import { h, icon } from "./dom.js";

const LONG = 8;
let serial = 0;

export class Picker {
  root;
  #settings;
  #button;
  #panel = null;
  #options = [];
  #active = -1;
  #away = (event) => event.composedPath().includes(this.root) || this.close();

  /**
   * `settings`: {label, icon, t, pick(id), free?(text) → id or null}. `free` lets a name be typed that is not listed.
   */
  constructor(settings) {
    this.#settings = settings;
    this.#button = h("button", {
      type: "button", class: "chip", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": settings.label,
      onclick: () => (this.#panel ? this.close() : this.open()),
      onkeydown: (event) => ["ArrowDown", "ArrowUp"].includes(event.key) && (event.preventDefault(), this.open()),
    });
    this.root = h("div", { class: "picker" }, this.#button);
  }

  /** What can be picked: [{id, label, note, group, disabled}], and what is: an id, with the words on the button. */
  show(options, value, words) {
    this.#options = options;
    this.value = value;
    const label = `${this.#settings.label}: ${words}`;
    this.#button.setAttribute("aria-label", label);
    this.#button.title = label;
    this.#button.replaceChildren(icon(this.#settings.icon), h("span", { class: "chip-text", dir: "auto" }, words), icon("chevron"));
    this.root.hidden = !options.length;
    if (this.#panel) this.#fill();
  }

  open() {
    if (this.#panel) return;
    const id = `picker-${++serial}`;
    this.list = h("ul", { role: "listbox", id, "aria-label": this.#settings.label, tabindex: "-1" });
    const searching = this.#options.length > LONG || this.#settings.free;
    this.field = searching && h("input", {
      type: "search", role: "combobox", "aria-controls": id, "aria-expanded": "true", "aria-autocomplete": "list", autocomplete: "off",
      "aria-label": this.#settings.t("Search"), placeholder: this.#settings.t(this.#settings.free ? "Search, or type a name" : "Search"),
      dir: "auto", oninput: () => this.#fill(),
    });
    this.#panel = h("div", { class: "panel", onkeydown: (event) => this.#key(event) }, this.field, this.list);
    this.#button.setAttribute("aria-expanded", "true");
    this.root.append(this.#panel);
    this.#fill();
    (this.field || this.list).focus();
    document.addEventListener("pointerdown", this.#away);
  }

  close({ refocus = false } = {}) {
    if (!this.#panel) return;
    this.#panel.remove();
    this.#panel = null;
    this.#button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", this.#away);
    if (refocus) this.#button.focus();
  }

  #fill() {
    const wanted = (this.field?.value ?? "").trim().toLowerCase();
    const fits = (option) => [option.label, option.id, option.group].some((text) => text?.toLowerCase().includes(wanted));
    this.shown = this.#options.filter((option) => !wanted || fits(option));
    const typed = this.#settings.free?.(this.field.value.trim());
    if (typed && !this.shown.some((option) => option.id === typed)) this.shown.push({ id: typed, label: typed, note: this.#settings.t("As typed") });
    const rows = [];
    let group = null;
    for (const [index, option] of this.shown.entries()) {
      if (!option.group) group = null;
      else if (option.group !== group) rows.push(h("li", { class: "group", role: "presentation" }, (group = option.group)));
      rows.push(this.#row(option, index));
    }
    if (!rows.length) rows.push(h("li", { class: "none", role: "presentation" }, this.#settings.t("Nothing found")));
    this.list.replaceChildren(...rows);
    this.#move(Math.max(0, this.shown.findIndex((option) => option.id === this.value)));
  }

  #row(option, index) {
    const chosen = option.id === this.value;
    return h(
      "li",
      {
        role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(chosen), "aria-disabled": option.disabled ? "true" : null,
        class: "option", onclick: () => this.#pick(option), onpointermove: () => index !== this.#active && this.#move(index, false),
      },
      h("span", { class: "option-text" }, h("span", { dir: "auto" }, option.label), option.note && h("small", { dir: "auto" }, option.note)),
      chosen && icon("check"),
    );
  }

  #move(index, scroll = true) {
    this.#active = index;
    const rows = this.list.querySelectorAll("[role=option]");
    for (const [at, row] of rows.entries()) row.classList.toggle("active", at === index);
    const holder = this.field || this.list;
    if (rows[index]) holder.setAttribute("aria-activedescendant", rows[index].id);
    else holder.removeAttribute("aria-activedescendant");
    if (scroll) rows[index]?.scrollIntoView({ block: "nearest" });
  }

  #pick(option) {
    if (!option || option.disabled) return;
    this.close({ refocus: true });
    this.#settings.pick(option.id);
  }

  #key(event) {
    const last = this.shown.length - 1;
    const moves = { ArrowDown: Math.min(last, this.#active + 1), ArrowUp: Math.max(0, this.#active - 1), Home: 0, End: last };
    if (event.key in moves && !(this.field && ["Home", "End"].includes(event.key))) this.#move(moves[event.key]);
    else if (event.key === "Enter") this.#pick(this.shown[this.#active]);
    else if (event.key === "Escape") this.close({ refocus: true });
    else if (event.key === "Tab") return this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

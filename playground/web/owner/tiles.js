// The numbers at the top: what runs, what is spent of what may be, who is here.

import { h, write } from "./dom.js";
import { count, counted, distance, money } from "./format.js";

class Tile {
  #value = h("strong", { class: "number" });
  #note = h("span", { class: "note" });
  #meter = h("div", { class: "meter", role: "meter", "aria-valuemin": 0, "aria-valuemax": 100, hidden: true }, h("span"), h("span", { class: "held" }));

  constructor(label) {
    this.#meter.setAttribute("aria-label", `${label}, of what is allowed`);
    this.element = h("div", { class: "card tile" }, h("h2", {}, label), this.#value, this.#meter, this.#note);
  }

  /** `used` and `held` are parts of `most`; without one there is no bar. */
  show(value, note, { used = 0, held = 0, most = null } = {}) {
    write(this.#value, value);
    write(this.#note, note);
    this.#meter.hidden = most === null;
    if (most === null) return;
    const part = (amount) => (most > 0 ? Math.min(amount / most, 1) * 100 : 100);
    const [spent, open] = this.#meter.children;
    spent.style.width = `${part(used)}%`;
    open.style.width = `${Math.min(part(held), 100 - part(used))}%`;
    this.#meter.setAttribute("aria-valuenow", Math.round(part(used)));
    this.#meter.classList.toggle("near", part(used + held) >= 80);
    this.#meter.classList.toggle("full", part(used) >= 99.5);
  }
}

export class Tiles {
  #runs = new Tile("Running now");
  #day = new Tile("Spent today");
  #total = new Tile("Spent in all");
  #visitors = new Tile("Visitors, last 24 hours");

  constructor() {
    const all = [this.#runs, this.#day, this.#total, this.#visitors];
    this.element = h("section", { class: "tiles", "aria-label": "At a glance" }, all.map((tile) => tile.element));
  }

  show(state) {
    const { most, now } = state.bounds.runs;
    this.#runs.show(count(now), most === null ? "no bound on answers at once" : `of ${most} answers at once`, { used: now, most });
    for (const cap of state.caps) this.#money(cap.name === "day" ? this.#day : this.#total, cap, state.now);
    const { lately, all, blocked } = state.visitors;
    this.#visitors.show(count(lately), `${counted(all, "visitor")} in all${blocked ? `, ${blocked} blocked` : ""}`);
  }

  #money(tile, cap, now) {
    const held = cap.held ? `, ${money(cap.held)} held for calls under way` : "";
    const resets = cap.resets_at ? `, starts anew ${distance(cap.resets_at, now)}` : "";
    const note = cap.most === null ? `no cap${held}` : `of ${money(cap.most)}${held}${resets}`;
    tile.show(money(cap.spent), note, { used: cap.spent, held: cap.held, most: cap.most });
  }
}

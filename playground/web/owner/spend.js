// What was spent, by hour or by day.

import { h, write } from "./dom.js";
import { money } from "./format.js";
import { Plot } from "./plot.js";
import { Switch } from "./switch.js";

export class Spend {
  #plot = new Plot();
  #sum = h("p", { class: "hint" });
  #mode = "hours";
  #state = null;

  constructor() {
    const modes = new Switch("Period", [["hours", "48 hours"], ["days", "30 days"]], (mode) => this.#change(mode));
    this.element = h("section", { class: "card spend", "aria-labelledby": "spend" },
      h("div", { class: "head" }, h("h2", { id: "spend" }, "Spend"), this.#sum, modes.element), this.#plot.element);
  }

  show(state) {
    this.#state = state;
    const points = state.spend[this.#mode];
    const total = points.reduce((sum, point) => sum + point.usd, 0);
    const unpriced = points.reduce((sum, point) => sum + point.unpriced, 0);
    write(this.#sum, `${money(total)} in ${this.#mode === "hours" ? "48 hours" : "30 days"}${unpriced ? `, ${unpriced} calls at an unknown price` : ""}`);
    this.#plot.show(points, this.#mode, state.caps.find((cap) => cap.name === "day")?.most ?? null);
  }

  #change(mode) {
    this.#mode = mode;
    if (this.#state) this.show(this.#state);
  }
}

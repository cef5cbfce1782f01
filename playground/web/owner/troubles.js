// What went wrong lately: answers that failed, and what the log warned of.

import { h, write } from "./dom.js";
import { counted, distance, moment, short } from "./format.js";
import { Table } from "./table.js";

const IDS = new Set(["run_id", "visitor"]);
const FIRST = 6;

export class Troubles {
  #failed;
  #log;

  constructor() {
    this.#failed = new Table({
      caption: "Answers that failed in the last 7 days",
      key: (one) => one.run,
      empty: "No answer failed in the last 7 days.",
      first: FIRST,
      columns: [
        { heading: "When", text: (one, state) => distance(one.at, state.now), title: (one) => moment(one.at), kind: "narrow" },
        { heading: "Model", text: (one) => one.model, title: (one) => `${one.agent}, for ${one.visitor}`, kind: "list" },
        { heading: "What its visitor was told", text: (one) => one.text || one.status, kind: "words" },
      ],
    });
    this.#log = new Table({
      caption: "Warnings and errors of this process",
      key: (one) => `${one.level} ${one.place} ${one.text}`,
      empty: "Nothing to report since this process started.",
      first: FIRST,
      columns: [
        { heading: "When", text: (one, state) => distance(one.at, state.now), title: (one) => moment(one.at), kind: "narrow" },
        { heading: "Level", silent: true, make: () => h("span", { class: "tag" }), update: level },
        { heading: "What", text: what, title: (one) => one.place, kind: "words" },
      ],
    });
    this.element = h("div", { class: "pair" }, card("failed", "Failed answers", this.#failed), card("log", "Server log", this.#log));
  }

  show(state) {
    this.#failed.show(state.failed, state);
    this.#log.show(state.troubles, state);
  }
}

function card(id, title, table) {
  return h("section", { class: "card", id, "aria-labelledby": `${id}-title` }, h("div", { class: "head" }, h("h2", { id: `${id}-title` }, title)), table.element);
}

function what(one) {
  const facts = Object.entries(one.facts).map(([name, value]) => `${name} ${IDS.has(name) ? short(value) : value}`);
  const often = one.count > 1 ? ` · ${counted(one.count, "time")}` : "";
  return [one.text, ...facts].join(" · ") + often;
}

function level(cell, one) {
  write(cell.firstChild, one.level);
  cell.firstChild.className = `tag ${one.level}`;
}

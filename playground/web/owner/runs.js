// What runs right now, with a button that stops it.

import { tell } from "./api.js";
import { question } from "./dialogs.js";
import { h, write } from "./dom.js";
import { lasting, money, short } from "./format.js";
import { Table, rowButton } from "./table.js";
import { say } from "./toasts.js";

const STATUS = { running: "answering", queued: "queued", awaiting_approval: "waits for a word" };

export class Runs {
  #act;
  #table;

  constructor(act) {
    this.#act = act;
    this.#table = new Table({
      caption: "Answers under way",
      key: (run) => run.id,
      empty: "Nobody is being answered right now.",
      columns: [
        { heading: "Visitor", text: (run) => short(run.visitor), title: (run) => run.visitor, kind: "mono" },
        { heading: "Link", text: (run) => (run.link ? act.link(run.link) : "–") },
        { heading: "Agent", text: (run) => run.agent, kind: "wide" },
        { heading: "Model", text: (run) => run.model, title: (run) => run.model, kind: "wide" },
        { heading: "Status", make: () => h("span", { class: "tag" }), update: (cell, run) => this.#status(cell.firstChild, run) },
        { heading: "For", text: (run) => lasting(run.seconds), kind: "end" },
        { heading: "Spent", text: (run) => `${money(run.spent)}${run.held ? `, ${money(run.held)} held` : ""}`, kind: "end" },
        { heading: "Action", silent: true, make: (row) => rowButton("Stop", "danger", () => this.#stop(row.item)), kind: "act" },
      ],
    });
    this.element = h("section", { class: "card", id: "runs", "aria-labelledby": "runs-title" },
      h("div", { class: "head" }, h("h2", { id: "runs-title" }, "Answers under way")), this.#table.element);
  }

  show(state) {
    this.#table.show(state.runs, state);
  }

  #status(tag, run) {
    write(tag, STATUS[run.status] ?? run.status);
    tag.className = `tag ${run.status}`;
  }

  #stop(run) {
    question({
      title: "Stop this answer?",
      text: `${run.agent} on ${run.model}, for ${short(run.visitor)}. What it said so far is kept; its visitor is told that you stopped it.`,
      action: "Stop it",
      danger: true,
      act: async () => {
        await tell(`owner/runs/${encodeURIComponent(run.id)}/stop`);
        say("The answer was stopped.");
        await this.#act.look();
      },
    });
  }
}

// Who came, what they took, and the button that keeps one of them out.

import { tell } from "./api.js";
import { question } from "./dialogs.js";
import { h, write } from "./dom.js";
import { count, counted, distance, moment, money, short } from "./format.js";
import { Switch } from "./switch.js";
import { Table, rowButton } from "./table.js";
import { say } from "./toasts.js";

const NONE = { last: "No visitor has sent anything yet.", most: "Nobody has cost anything today.", blocked: "Nobody is blocked." };

export class Visitors {
  sort = "last";
  #act;
  #table;
  #more = h("p", { class: "hint" });

  constructor(act) {
    this.#act = act;
    this.#table = new Table({
      caption: "Visitors",
      key: (visitor) => visitor.id,
      empty: NONE.last,
      first: 10,
      columns: [
        { heading: "Visitor", text: (one) => short(one.id), title: (one) => one.id, kind: "mono" },
        { heading: "Link", text: (one) => (one.link ? act.link(one.link) : "–") },
        { heading: "Last seen", text: (one, state) => distance(one.last, state.now), title: (one) => moment(one.last) },
        { heading: "Came first", text: (one, state) => distance(one.first, state.now), title: (one) => moment(one.first), kind: "rare" },
        { heading: "Answers kept", text: (one) => count(one.messages), kind: "end" },
        { heading: "Today", text: (one) => money(one.today), kind: "end" },
        { heading: "In all", text: (one) => money(one.spent), kind: "end" },
        { heading: "Action", silent: true, make: (row) => rowButton("Block", "danger", () => this.#turn(row.item)), update: label, kind: "act" },
      ],
    });
    const sorts = new Switch("Which visitors", [["last", "Last seen"], ["most", "Most spent today"], ["blocked", "Blocked"]], (sort) => {
      this.sort = sort;
      act.look();
    });
    this.element = h("section", { class: "card", id: "visitors", "aria-labelledby": "visitors-title" },
      h("div", { class: "head" }, h("h2", { id: "visitors-title" }, "Visitors"), this.#more, sorts.element), this.#table.element);
  }

  show(state) {
    const { shown, all, by } = state.visitors;
    write(this.#table.empty, NONE[by]);
    this.#table.show(shown, state);
    write(this.#more, shown.length < all && by === "last" ? `${shown.length} of ${count(all)}` : counted(shown.length, "visitor"));
  }

  #turn(visitor) {
    const path = `owner/visitors/${encodeURIComponent(visitor.id)}`;
    if (visitor.blocked) return this.#unblock(path);
    question({
      title: "Block this visitor?",
      text: `${visitor.id} is let in no more, and their answers under way are stopped. Who came without a link or token may come back as somebody new: that bounds nothing but them.`,
      action: "Block",
      danger: true,
      act: async () => {
        await tell(`${path}/block`);
        say("The visitor is blocked.");
        await this.#act.look();
      },
    });
  }

  async #unblock(path) {
    try {
      await tell(`${path}/unblock`);
      say("The visitor may come again.");
      await this.#act.look();
    } catch (error) {
      say(error.message, "error");
    }
  }
}

function label(cell, visitor) {
  const button = cell.firstChild;
  write(button, visitor.blocked ? "Unblock" : "Block");
  button.classList.toggle("danger", !visitor.blocked);
}

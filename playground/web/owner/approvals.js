// Calls of unsafe tools that wait for the owner's word.

import { tell } from "./api.js";
import { arrange, h } from "./dom.js";
import { distance, short } from "./format.js";
import { say } from "./toasts.js";

export class Approvals {
  #act;
  #cards = new Map();
  #list = h("ul", { class: "calls" });

  constructor(act) {
    this.#act = act;
    this.element = h("section", { class: "card wanted", "aria-labelledby": "approvals", "aria-live": "polite", hidden: true },
      h("h2", { id: "approvals" }, "Waiting for your word"), this.#list);
  }

  show(state) {
    const calls = state.approvals.flatMap((run) => run.calls.map((call) => ({ ...call, of: run })));
    const kept = new Map(calls.map((call) => [call.call, this.#cards.get(call.call) ?? this.#card(call, state.now)]));
    this.#cards = kept;
    arrange(this.#list, [...kept.values()]);
    this.element.hidden = !calls.length;
  }

  #card(call, now) {
    const decide = (approve) => this.#decide(call, approve, card);
    const card = h("li", {},
      h("p", {}, h("strong", { class: "mono" }, call.tool), ` wants to be called by ${call.of.agent} on ${call.of.model}, for ${short(call.of.visitor)}, ${distance(call.of.at, now)}.`),
      h("pre", { tabindex: 0, "aria-label": `Arguments of ${call.tool}` }, pretty(call.arguments)),
      h("div", { class: "buttons start" },
        h("button", { type: "button", class: "button primary small", onclick: () => decide(true) }, "Allow this call"),
        h("button", { type: "button", class: "button danger small", onclick: () => decide(false) }, "Refuse")));
    return card;
  }

  async #decide(call, approve, card) {
    const buttons = card.querySelectorAll("button");
    buttons.forEach((button) => (button.disabled = true));
    try {
      await tell(`owner/runs/${encodeURIComponent(call.of.run)}/approvals`, { call: call.call, approve });
      say(approve ? `${call.tool} is called.` : `${call.tool} is not called.`);
      await this.#act.look();
    } catch (error) {
      say(error.message, "error");
      buttons.forEach((button) => (button.disabled = false));
    }
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

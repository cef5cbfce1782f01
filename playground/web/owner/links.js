// Invite links and session tokens: made, shown once, taken back.

import { ask, tell } from "./api.js";
import { labelled, question, reveal } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { distance, moment, money, short } from "./format.js";
import { Table, rowButton } from "./table.js";
import { say } from "./toasts.js";

const EVERY = 15000;
const NAMES = { password: "password" };

export class Access {
  #act;
  #state = null;
  #links = [];
  #tokens = [];
  #read = 0;

  constructor(act) {
    this.#act = act;
    this.linkTable = new Table({
      caption: "Invite links",
      key: (link) => link.id,
      empty: "No links yet. A link lets people in, with a cap of its own, until you take it back.",
      columns: [
        { heading: "Name", text: (link) => link.name, kind: "strong" },
        { heading: "Visitors", text: (link, state) => String(state.links[link.id]?.visitors ?? 0), kind: "end" },
        { heading: "Spent", text: spent, kind: "end" },
        { heading: "Ends", text: ends, title: when },
        { heading: "Action", silent: true, make: (row) => rowButton("Revoke", "danger", () => this.#revoke("link", row.item)), update: shown, kind: "act" },
      ],
    });
    this.tokenTable = new Table({
      caption: "Session tokens",
      key: (token) => token.id,
      empty: "No tokens yet. A token lets a program use the ChatKit protocol as one visitor.",
      columns: [
        { heading: "Subject", text: (token) => token.subject, title: (token) => token.visitor_id, kind: "strong" },
        { heading: "Good for", text: scope, kind: "list" },
        { heading: "Ends", text: ends, title: when },
        { heading: "Action", silent: true, make: (row) => rowButton("Revoke", "danger", () => this.#revoke("token", row.item)), update: shown, kind: "act" },
      ],
    });
    this.element = h("div", { class: "pair" },
      this.#card("links", "Invite links", "New link", () => this.#newLink(), this.linkTable),
      this.#card("tokens", "Session tokens", "New token", () => this.#newToken(), this.tokenTable));
  }

  /** How a link is called. */
  name(id) {
    return NAMES[id] ?? this.#links.find((link) => link.id === id)?.name ?? short(id);
  }

  show(state) {
    this.#state = state;
    if (Date.now() - this.#read > EVERY) this.#load();
    this.#draw();
  }

  close() {
    this.#state = null;
  }

  #card(id, title, label, onclick, table) {
    const make = h("button", { type: "button", class: "button small", onclick }, icon("plus"), h("span", {}, label));
    return h("section", { class: "card", id, "aria-labelledby": `${id}-title` },
      h("div", { class: "head" }, h("h2", { id: `${id}-title` }, title), h("span", { class: "space" }), make), table.element);
  }

  async #load() {
    this.#read = Date.now();
    try {
      const [{ links }, { tokens }] = await Promise.all([ask("owner/links"), ask("owner/tokens")]);
      this.#links = links;
      this.#tokens = tokens;
      this.#draw();
    } catch {
      this.#read = 0; // the state that is asked for next says what is wrong
    }
  }

  #draw() {
    if (!this.#state) return;
    this.linkTable.show(this.#links, this.#state);
    this.tokenTable.show(this.#tokens, this.#state);
  }

  #newLink() {
    const name = h("input", { class: "field", required: true, maxlength: 100, autocomplete: "off" });
    const cap = h("input", { class: "field", type: "number", min: 0, step: "any", inputmode: "decimal" });
    const days = h("input", { class: "field", type: "number", min: 0.01, max: 3650, step: "any", inputmode: "decimal" });
    const usual = this.#state?.bounds.link ?? null;
    question({
      title: "New invite link",
      fields: [
        labelled("Name", name, "For you alone: where you post it, or whom it is for."),
        labelled("Cap in US dollars", cap, usual === null ? "For all its visitors together. Empty: none of its own." : `For all its visitors together. Empty: ${money(usual)}.`),
        labelled("Days", days, "Empty: until you revoke it."),
      ],
      action: "Make it",
      act: async () => {
        const made = await tell("owner/links", { name: name.value, cap: given(cap), days: given(days) === null ? null : Number(days.value) });
        await this.#load();
        reveal({ title: `The link “${name.value}”`, text: "It is shown this once. Whoever has it may come in.", value: made.url });
      },
    });
  }

  #newToken() {
    const subject = h("input", { class: "field", required: true, maxlength: 100, autocomplete: "off" });
    const hours = h("input", { class: "field", type: "number", min: 0.01, step: "any", value: 1, required: true });
    const agents = h("input", { class: "field mono", autocomplete: "off", spellcheck: false });
    const models = h("input", { class: "field mono", autocomplete: "off", spellcheck: false });
    const origin = h("input", { class: "field mono", autocomplete: "off", spellcheck: false, placeholder: "https://example.com" });
    question({
      title: "New session token",
      fields: [
        labelled("Subject", subject, "Whom it stands for: the same subject is the same visitor."),
        labelled("Hours", hours),
        labelled("Agents", agents, "With commas between them. Empty: all that are on offer."),
        labelled("Models", models, "With commas between them. Empty: all that are on offer."),
        labelled("Origin", origin, "The site that may use it. Empty: any."),
      ],
      action: "Issue it",
      act: async () => {
        const wanted = { subject: subject.value, ttl: Number(hours.value) * 3600, agents: names(agents), models: names(models), origin: given(origin) };
        const made = await tell("owner/tokens", wanted);
        await this.#load();
        reveal({ title: `The token for “${subject.value}”`, text: "It is shown this once. Send it as Authorization: Bearer.", value: made.token });
      },
    });
  }

  #revoke(kind, item) {
    const name = item.name ?? item.subject;
    question({
      title: `Revoke the ${kind} “${name}”?`,
      text: "Whoever came by it is out within a second, and their answers under way are stopped. It cannot be undone.",
      action: "Revoke",
      danger: true,
      act: async () => {
        await tell(`owner/${kind}s/${encodeURIComponent(item.id)}/revoke`);
        say(`The ${kind} “${name}” is revoked.`);
        await this.#load();
        await this.#act.look();
      },
    });
  }
}

function spent(link, state) {
  const cap = link.cap ?? state.bounds.link;
  const used = money(state.links[link.id]?.spent ?? 0);
  return cap === null ? used : `${used} of ${money(cap)}`;
}

function ends(item, state) {
  if (item.revoked_at) return "revoked";
  if (!item.expires_at) return "when revoked";
  return item.live ? distance(item.expires_at, state.now) : "expired";
}

function when(item) {
  const at = item.revoked_at ?? item.expires_at;
  return at ? moment(at) : "";
}

function scope(token) {
  const parts = [...(token.agents ?? []), ...(token.models ?? []), ...(token.origin ? [token.origin] : [])];
  return parts.length ? parts.join(", ") : "all on offer";
}

function shown(cell, item) {
  cell.firstChild.hidden = !item.live;
  cell.parentElement.classList.toggle("over", !item.live);
}

function given(field) {
  return field.value.trim() || null;
}

function names(field) {
  const all = field.value.split(",").map((name) => name.trim()).filter(Boolean);
  return all.length ? all : null;
}

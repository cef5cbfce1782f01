// The board: what goes on, section by section, and the switch that stops it all.

import { tell } from "./api.js";
import { Approvals } from "./approvals.js";
import { question, labelled } from "./dialogs.js";
import { h, icon, write } from "./dom.js";
import { moment } from "./format.js";
import { Access } from "./links.js";
import { Runs } from "./runs.js";
import { Share } from "./share.js";
import { Spend } from "./spend.js";
import { Tiles } from "./tiles.js";
import { say } from "./toasts.js";
import { Troubles } from "./troubles.js";
import { Visitors } from "./visitors.js";

const LONGEST = 500;

export class Board {
  #page;
  #state = null;
  #status = h("span", { class: "pill" });
  #fresh = h("span", { class: "fresh", role: "status" });
  #pauser = h("button", { type: "button", class: "button danger", onclick: () => this.#pause() }, icon("pause"), h("span", {}, "Pause everything"));
  #resumer = h("button", { type: "button", class: "button primary", onclick: () => this.#resume() }, icon("play"), h("span", {}, "Resume"));
  #banner = h("div", { class: "banner", role: "alert", hidden: true });

  /** `page` has look() to ask anew, and left() for when the owner has left. */
  constructor(page) {
    this.#page = page;
    const act = { look: () => page.look(), link: (id) => this.access.name(id) };
    this.visitors = new Visitors(act);
    this.access = new Access(act);
    this.sections = [new Tiles(), new Approvals(act), new Spend(), new Share(), new Runs(act), this.visitors, this.access, new Troubles(act)];
    this.element = h("div", { class: "board" }, this.#header(), h("main", {}, this.#banner, this.sections.map((one) => one.element)));
  }

  get sort() {
    return this.visitors.sort;
  }

  show(state) {
    this.#state = state;
    const paused = state.paused !== null;
    document.title = `${paused ? "⏸ " : ""}Owner · Playground`;
    write(this.#status, paused ? "Paused" : "Running");
    this.#status.classList.toggle("paused", paused);
    this.#pauser.hidden = paused;
    this.#resumer.hidden = !paused;
    write(this.#fresh, "");
    this.element.classList.remove("stale");
    this.#warn(state.paused);
    this.sections.forEach((section) => section.show(state));
  }

  lost(message) {
    write(this.#fresh, message);
    this.element.classList.add("stale");
  }

  close() {
    this.access.close();
  }

  #header() {
    const leave = h("button", { type: "button", class: "button quiet", title: "Ends your cookie on every device", onclick: () => this.#leave() },
      icon("leave"), h("span", {}, "Sign out"));
    return h("header", { class: "top" },
      h("span", { class: "mark", "aria-hidden": "true" }),
      h("h1", {}, "Playground ", h("span", { class: "quiet-text" }, "Owner")),
      this.#status, this.#fresh, h("span", { class: "space" }), this.#resumer, this.#pauser, leave);
  }

  #warn(paused) {
    this.#banner.hidden = paused === null;
    if (!paused) return;
    const told = paused.text ? `Visitors read: “${paused.text}”` : "Visitors read our own words.";
    const text = `Everything is paused since ${moment(paused.since)}. ${told}`;
    write(this.#banner, text);
  }

  #pause() {
    const field = h("textarea", { class: "field", rows: 3, maxlength: LONGEST, placeholder: "The owner has paused this playground for now. Come back later." });
    question({
      title: "Pause everything?",
      text: "Answers under way are stopped and what they said is kept. No message is taken until you resume.",
      fields: [labelled("What visitors read", field, "Leave it empty for our own words, in each visitor's language.")],
      action: "Pause everything",
      danger: true,
      act: async () => {
        await tell("owner/pause", { text: field.value });
        say("Everything is paused.");
        await this.#page.look();
      },
    });
  }

  async #resume() {
    this.#resumer.disabled = true;
    try {
      await tell("owner/resume");
      say("Everything goes on.");
      await this.#page.look();
    } catch (error) {
      say(error.message, "error");
    }
    this.#resumer.disabled = false;
  }

  async #leave() {
    try {
      await tell("owner/leave");
      this.#page.left();
    } catch (error) {
      say(error.message, "error");
    }
  }
}

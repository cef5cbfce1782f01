// What a visitor may know of themselves: what is left, when it is used up, whether all is paused. Both of our pages
// show it; a server that does not tell it has none of it.

import { h } from "../dom.js";
import { dataDialog, keyDialog } from "./dialogs.js";

export const stylesheet = new URL("me.css", import.meta.url).href;

const EVERY = 60_000; // milliseconds between two looks
const WHILE_PAUSED = 5_000;
const AT_ONCE = 700; // several reasons to look are one
const LONGEST = 2 ** 31 - 1; // that a browser waits
const LOW = 20; // percent
const SILENT = [404, 405, 501]; // a server that knows nothing of this

/** `server`: {get(), download(), forget(), put(provider, key), drop(provider)}; `gone()` is called after a forgetting. */
export class Me {
  /** Goes above the box: what is to be read before anything else is written. */
  above = h("div", { class: "pg-me pg-me-above" });
  /** Goes below it: one quiet line. */
  below = h("div", { class: "pg-me pg-me-below" });
  #place = h("div");
  #server;
  #t;
  #locale;
  #gone;
  #now = null;
  #drawn = "";
  #timer = 0;
  #soon = 0;
  #over = false;
  #seen = () => document.visibilityState === "visible" && this.soon();

  constructor({ server, t, locale, gone = () => {} }) {
    this.#server = server;
    this.#t = t;
    this.#locale = locale;
    this.#gone = gone;
    this.above.setAttribute("role", "status");
    this.below.append(this.#place);
    document.addEventListener("visibilitychange", this.#seen);
  }

  /** Looks in a moment: something happened that may have changed it. */
  soon() {
    this.#soon ||= setTimeout(() => ((this.#soon = 0), this.look()), AT_ONCE);
  }

  async look() {
    clearTimeout(this.#timer);
    try {
      this.#now = await this.#server.get();
    } catch (error) {
      if (SILENT.includes(error.status)) this.close();
    }
    if (this.#over) return;
    this.#draw();
    this.#timer = setTimeout(() => (document.visibilityState === "visible" ? this.look() : undefined), this.#wait);
  }

  close() {
    this.#over = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#soon);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  /** The dialogue about what is kept. */
  data() {
    if (this.#now) this.#open(dataDialog(this.#now, { t: this.#t, server: this.#server, gone: () => (this.close(), this.#gone()) }));
  }

  /** The dialogue about keys of one's own. */
  keys() {
    if (this.#now) this.#open(keyDialog(this.#now.own_keys, { t: this.#t, server: this.#server, changed: () => this.look() }));
  }

  get #wait() {
    if (this.#now?.paused) return WHILE_PAUSED;
    const resets = this.#used.map(({ resets_at: at }) => (at ? new Date(at) - Date.now() + 1000 : EVERY));
    return Math.min(LONGEST, EVERY, ...resets.filter((wait) => wait > 0));
  }

  /** What is used up. On a key of one's own, money and tokens are nobody else's. */
  get #used() {
    const paid = this.#now?.own_keys?.held.length > 0;
    return (this.#now?.limits ?? []).filter(({ name, left }) => left <= 0 && !(paid && name !== "messages"));
  }

  #open(box) {
    this.below.append(box);
    box.showModal();
  }

  #draw() {
    const now = JSON.stringify(this.#now);
    if (!this.#now || now === this.#drawn) return;
    this.#drawn = now;
    this.above.replaceChildren(...[this.#paused(), this.#card()].filter(Boolean));
    this.#place.replaceChildren(this.#line()); // beside a dialogue that is open, which stays
  }

  #paused() {
    return this.#now.paused && h("p", { class: "pg-me-paused", dir: "auto" }, this.#now.paused);
  }

  #card() {
    const used = this.#used;
    if (!used.length || this.#now.paused) return null;
    const t = this.#t;
    const resets = used.every(({ resets_at: at }) => at) && used.map(({ resets_at: at }) => at).sort().at(-1);
    return h(
      "section",
      { class: "pg-me-card", "aria-label": t("Used up") },
      h("div", {}, h("strong", {}, t(resets ? "That is all for today." : "That is all for now.")), h("p", {}, this.#again(resets))),
      this.#offer("pg-me-button"),
    );
  }

  #again(resets) {
    if (!resets) return this.#t("What may be spent here is spent. Whoever gave you this address can allow more.");
    const at = new Date(resets);
    const time = new Intl.DateTimeFormat(this.#locale, { hour: "2-digit", minute: "2-digit" }).format(at);
    const words = at.toDateString() === new Date().toDateString() ? "You can go on today at {time}." : "You can go on tomorrow at {time}.";
    return this.#t(words, { time });
  }

  #line() {
    const { limits, text, own_keys: own } = this.#now;
    const t = this.#t;
    const yours = h("button", { type: "button", class: "pg-me-link", onclick: () => this.data() }, t("Your data"));
    if (this.#used.length) return h("p", { class: "pg-me-line" }, yours); // all else is said above
    const tightest = [...limits].sort((one, other) => one.left / one.most - other.left / other.most)[0];
    const share = tightest && Math.round((100 * tightest.left) / (tightest.most || 1));
    const mine = own.held.length > 0;
    return h(
      "p",
      { class: "pg-me-line" },
      mine && h("span", {}, t("Your own key pays.")),
      !mine && tightest && h("progress", { class: share < LOW ? "low" : "", max: 100, value: share, "aria-label": text }),
      !mine && text && h("span", {}, text),
      this.#offer("pg-me-link"),
      yours,
    );
  }

  #offer(kind) {
    const { offered, held } = this.#now.own_keys;
    const words = held.length ? "Your keys" : "Use your own key";
    return offered && h("button", { type: "button", class: kind, onclick: () => this.keys() }, this.#t(words));
  }
}

// The items on the page: only those that changed are drawn, the newest first, and reading is never disturbed.

import { drawItem, redraw } from "./draw/index.js";
import { h, iconButton } from "./dom.js";

const SHOWN = 60;
const STEP = 20;
const NEAR_TOP = 800;
const NEAR_END = 48;

export class Messages {
  root;
  #t;
  #does;
  #rows = new Map();
  #first = 0;
  #following = true;
  #top = 0;
  #entries = [];

  /** `does`: {context(entry) → {key, context}, more(), cards() → elements}. */
  constructor({ t, does }) {
    this.#t = t;
    this.#does = does;
    this.list = h("div", { class: "items", role: "log", "aria-live": "off", "aria-label": t("Messages") });
    this.older = h("div", { class: "older", hidden: true }, h("span", { class: "dots" }), t("Loading older messages…"));
    this.foot = h("div", { class: "foot" });
    this.column = h("div", { class: "column" }, this.older, this.list, this.foot);
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": t("Conversation"), onscroll: () => this.#scrolled() }, this.column);
    this.jump = iconButton("down", t("To the newest message"), () => this.toEnd({ smooth: true }), { class: "icon-button jump", hidden: true });
    this.root = h("div", { class: "messages" }, this.scroller, this.jump);
    new ResizeObserver(() => this.#following && this.toEnd()).observe(this.column);
    new ResizeObserver(() => this.#following && this.toEnd()).observe(this.scroller);
  }

  /** Forgets everything: another thread comes. */
  clear() {
    this.#rows.clear();
    this.list.replaceChildren();
    this.#entries = [];
    this.#following = true;
    this.#first = 0;
  }

  /** Shows entries {id, item, open}, oldest first. `more`: there are older ones on the server. */
  show(entries, { more, loading }) {
    const added = this.#older(entries);
    this.#first = this.#entries.length ? this.#first + added : Math.max(0, entries.length - SHOWN);
    this.#first = Math.min(this.#first, Math.max(0, entries.length - 1));
    this.#entries = entries;
    this.more = more;
    if (added && this.#first > 0) this.#first = Math.max(0, this.#first - STEP);
    const change = () => {
      this.older.hidden = !loading;
      this.#draw();
    };
    if (added) this.#keeping(change);
    else change();
    if (this.#following) this.toEnd();
  }

  /** How many entries were put before the first one that was known. */
  #older(entries) {
    const first = this.#entries[0]?.id;
    return first ? Math.max(0, entries.findIndex((entry) => entry.id === first)) : 0;
  }

  #draw() {
    const shown = this.#entries.slice(this.#first);
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, row] of this.#rows) if (!ids.has(id)) (row.element.remove(), this.#rows.delete(id));
    let before = null;
    for (const entry of shown) {
      const element = this.#row(entry).element;
      const place = before ? before.nextSibling : this.list.firstChild;
      if (place !== element) this.list.insertBefore(element, place);
      before = element;
    }
  }

  #row(entry) {
    const known = this.#rows.get(entry.id);
    const { key, context } = this.#does.context(entry);
    if (known?.item === entry.item && known.key === key) return known;
    if (!known) {
      const body = drawItem(entry.item, context());
      const row = { item: entry.item, key, body, element: h("div", { class: `row ${entry.item.type}`, "data-item": entry.id }, body) };
      row.element.hidden = body.hidden;
      this.#rows.set(entry.id, row);
      return row;
    }
    const body = redraw(known.body, entry.item, context()) ?? known.body;
    if (body !== known.body) known.body.replaceWith(body);
    known.element.hidden = body.hidden;
    return Object.assign(known, { item: entry.item, key, body });
  }

  /** The element of an item that is on the page. */
  element(id) {
    return this.#rows.get(id)?.body ?? null;
  }

  toEnd({ smooth = false } = {}) {
    this.#following = true;
    const behavior = smooth && !matchMedia("(prefers-reduced-motion: reduce)").matches ? "smooth" : "instant";
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
    this.jump.hidden = true;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const left = scrollHeight - scrollTop - clientHeight;
    const up = scrollTop < this.#top; // else what is there has grown, and nobody has left the end
    this.#top = scrollTop;
    this.#following = left < NEAR_END || (this.#following && !up);
    this.jump.hidden = this.#following || left < 3 * NEAR_END;
    if (scrollTop < NEAR_TOP && !this.#following) this.#earlier();
  }

  /** Shows what is there already before it asks the server. */
  #earlier() {
    if (this.#first > 0) {
      this.#first = Math.max(0, this.#first - STEP);
      this.#keeping(() => this.#draw());
    } else if (this.more) {
      this.#does.more();
    }
  }

  /** Changes what stands above, and leaves what is read where it is. */
  #keeping(change) {
    const top = this.scroller.getBoundingClientRect().top;
    const anchor = [...this.list.children].find((row) => row.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top;
    this.scroller.style.overflowAnchor = "none"; // else the browser does it, too
    change();
    if (anchor) this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    // At once: rows that come near take their own height then, which is for the browser to make up for.
    this.scroller.style.overflowAnchor = "";
  }
}

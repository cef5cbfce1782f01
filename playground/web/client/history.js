// The list of conversations: found, renamed, deleted.

import { passing } from "./api.js";
import { h, icon, iconButton } from "./dom.js";

const PAGE = 30;
const UNDO_SECONDS = 6;
const DAY = 86_400_000;

export class History {
  root;
  threads = [];
  #api;
  #t;
  #locale;
  #does;
  #more = false;
  #after = null;
  #loading = null;
  #doomed = new Map();
  #current = null;
  #renaming = null;

  /** `does`: {open(id), fresh(), gone(id), renamed(), toast(…), fail(error)}. */
  constructor({ api, t, locale, does }) {
    this.#api = api;
    this.#t = t;
    this.#locale = locale;
    this.#does = does;
    this.field = h("input", { type: "search", "aria-label": t("Search conversations"), placeholder: t("Search"), dir: "auto", oninput: () => this.#search() });
    this.list = h("nav", { class: "threads", "aria-label": t("Conversations"), onkeydown: (event) => this.#key(event) });
    this.end = h("div", { class: "end" });
    this.root = h(
      "div",
      { class: "history" },
      h("button", { type: "button", class: "button fresh", onclick: () => does.fresh() }, icon("plus"), t("New conversation")),
      h("label", { class: "search" }, icon("search"), this.field),
      this.list,
    );
    new IntersectionObserver(([entry]) => entry.isIntersecting && this.#more && this.load(), { rootMargin: "200px" }).observe(this.end);
    addEventListener("pagehide", () => this.#deleteNow());
  }

  /** Reads the list from its beginning. */
  async reload() {
    this.#after = null;
    await this.load({ anew: true });
  }

  /** Reads the next page. */
  load({ anew = false } = {}) {
    this.#loading ??= this.#load(anew).finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load(anew) {
    try {
      const params = { limit: PAGE, order: "desc", ...(this.#after && { after: this.#after }) };
      const page = await this.#api.ask("threads.list", params);
      const fresh = new Set(page.data.map(({ id }) => id));
      this.threads = anew ? page.data : [...this.threads.filter(({ id }) => !fresh.has(id)), ...page.data];
      this.#more = page.has_more;
      this.#after = page.data.at(-1)?.id ?? this.#after;
      this.loaded = true;
    } catch (error) {
      this.#more = false;
      if (!passing(error)) this.#does.fail(error);
    }
    this.draw();
  }

  /** Puts a thread that was made or has a new title where it belongs. */
  put(thread) {
    const at = this.threads.findIndex(({ id }) => id === thread.id);
    if (at < 0) this.threads = [thread, ...this.threads];
    else this.threads = this.threads.with(at, { ...this.threads[at], title: thread.title, status: thread.status });
    this.draw();
  }

  mark(threadId) {
    this.#current = threadId;
    for (const row of this.list.querySelectorAll("[data-thread]")) current(row, threadId);
  }

  get(threadId) {
    return this.threads.find(({ id }) => id === threadId);
  }

  draw() {
    if (this.#renaming) return; // what is being typed is not to be drawn over
    const wanted = this.field.value.trim().toLowerCase();
    const shown = this.threads.filter(({ id, title }) => !this.#doomed.has(id) && (!wanted || (title ?? "").toLowerCase().includes(wanted)));
    const parts = [];
    for (const [label, group] of Map.groupBy(shown, (thread) => this.#age(thread)))
      parts.push(h("h3", {}, label), h("ul", {}, group.map((thread) => this.#row(thread))));
    if (!shown.length && this.loaded && !(wanted && this.#more)) parts.push(this.#empty(wanted));
    this.list.replaceChildren(...parts, this.end);
  }

  #empty(wanted) {
    const words = wanted ? "Nothing found" : "No conversations yet. The first message begins one.";
    return h("p", { class: "empty" }, icon("chat"), h("span", {}, this.#t(words)));
  }

  #age({ created_at: at }) {
    const midnight = new Date().setHours(0, 0, 0, 0);
    const days = Math.ceil((midnight - new Date(at)) / DAY);
    return this.#t(days <= 0 ? "Today" : days === 1 ? "Yesterday" : days <= 7 ? "Last 7 days" : "Older");
  }

  #row(thread) {
    const t = this.#t;
    const title = thread.title || t("New conversation");
    const when = new Intl.DateTimeFormat(this.#locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(thread.created_at));
    const locked = thread.status && thread.status.type !== "active";
    const row = h(
      "li",
      { "data-thread": thread.id },
      h("button", { type: "button", class: "thread", title: `${title}\n${when}`, onclick: () => this.#does.open(thread.id) }, locked && icon("lock"), h("span", { dir: "auto" }, title)),
      h("span", { class: "row-actions" }, iconButton("pencil", t("Rename {title}", { title }), () => this.rename(thread.id)), iconButton("trash", t("Delete {title}", { title }), () => this.remove(thread.id))),
    );
    current(row, this.#current);
    return row;
  }

  /** Lets the title be typed over in its place. */
  rename(threadId) {
    const thread = this.get(threadId);
    const row = this.list.querySelector(`[data-thread="${CSS.escape(threadId)}"]`);
    if (!thread || !row || this.#renaming) return;
    const field = h("input", { class: "rename", value: thread.title ?? "", maxLength: 200, dir: "auto", "aria-label": this.#t("Title") });
    const end = async (save) => {
      if (this.#renaming !== field) return;
      this.#renaming = null;
      const title = field.value.trim();
      const before = thread.title;
      if (save && title && title !== before) await this.#title(thread, title, before);
      this.draw();
      this.list.querySelector(`[data-thread="${CSS.escape(threadId)}"] .thread`)?.focus();
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" || event.key === "Escape") event.preventDefault();
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
    });
    field.addEventListener("blur", () => end(true));
    this.#renaming = field;
    row.replaceChildren(field);
    field.focus();
    field.select();
  }

  async #title(thread, title, before) {
    this.put({ ...thread, title });
    try {
      this.put(await this.#api.ask("threads.update", { thread_id: thread.id, title }));
      this.#does.renamed();
    } catch (error) {
      this.put({ ...thread, title: before });
      this.#does.fail(error);
    }
  }

  /** Hides a thread, and deletes it unless that is taken back in time. */
  remove(threadId) {
    const title = this.get(threadId)?.title || this.#t("New conversation");
    const timer = setTimeout(() => this.#delete(threadId), UNDO_SECONDS * 1000);
    this.#doomed.set(threadId, timer);
    const undo = () => {
      clearTimeout(timer);
      this.#doomed.delete(threadId);
      this.draw();
    };
    this.#does.gone(threadId);
    this.draw();
    this.field.focus();
    this.#does.toast(this.#t("“{title}” is deleted.", { title }), { action: { label: this.#t("Undo"), run: undo }, seconds: UNDO_SECONDS });
  }

  async #delete(threadId, options = {}) {
    try {
      await this.#api.ask("threads.delete", { thread_id: threadId }, options);
      this.threads = this.threads.filter(({ id }) => id !== threadId);
    } catch (error) {
      if (error.status === 404) this.threads = this.threads.filter(({ id }) => id !== threadId);
      else this.#does.fail(error);
    }
    this.#doomed.delete(threadId);
    this.draw();
    this.#does.renamed();
  }

  /** The page is being left: what was deleted is not to come back. */
  #deleteNow() {
    for (const [threadId, timer] of this.#doomed) {
      clearTimeout(timer);
      this.#delete(threadId, { keepalive: true });
    }
  }

  async #search() {
    this.draw();
    const wanted = this.field.value;
    while (this.#more && wanted && this.field.value === wanted) await this.load(); // the server finds no titles
  }

  #key(event) {
    const rows = [...this.list.querySelectorAll(".thread")];
    const row = event.target.closest("[data-thread]");
    const at = rows.findIndex((button) => row?.contains(button));
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 };
    if (event.key in moves) rows[Math.max(0, Math.min(rows.length - 1, moves[event.key]))]?.focus();
    else if (event.key === "F2" && row) this.rename(row.dataset.thread);
    else if (event.key === "Delete" && row) this.remove(row.dataset.thread);
    else return;
    event.preventDefault();
  }
}

function current(row, threadId) {
  const button = row.querySelector(".thread");
  if (row.dataset.thread === threadId) button?.setAttribute("aria-current", "true");
  else button?.removeAttribute("aria-current");
}

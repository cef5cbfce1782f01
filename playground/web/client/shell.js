// The client as it is seen: puts the parts together, and does what is asked of them.

import { approvalCard } from "./approvals.js";
import { Composer } from "./composer.js";
import { settingsDialog } from "./dialogs.js";
import { h, icon, iconButton } from "./dom.js";
import { Contexts, entriesOf, spoken } from "./entries.js";
import { History } from "./history.js";
import { names } from "./languages.js";
import { Me } from "./me/me.js";
import { serverOf } from "./me/server.js";
import { Messages } from "./messages.js";
import { Pickers } from "./pickers.js";
import { Quoting } from "./quoting.js";
import { startScreen } from "./start.js";
import { Toasts } from "./toasts.js";
import { run, toolOf } from "./tools.js";
import { Windows, alone } from "./windows.js";

const LOOK_EVERY = 15_000;
const LONGEST_SPOKEN = 1_000;

export class Shell {
  root;
  #host;
  #cards = new Map();
  #called = new Set();
  #drawing = 0;
  #looking = 0;
  #progress = null;
  #chosen = {};
  #leaving = new AbortController();
  #options = { agents: [], providers: [] };

  /** `words`: {t, locale, rtl}. */
  constructor(host, { t, locale, rtl }) {
    this.#host = host;
    Object.assign(this, { t, locale, rtl, conversation: host.conversation, memory: host.memory, online: navigator.onLine });
    this.#parts();
    this.#build();
    this.#listen();
    this.pickers.fill(this.#options);
    this.#draw();
  }

  #parts() {
    const { t, locale } = this;
    const { api } = this.#host;
    this.toasts = new Toasts(t);
    this.contexts = new Contexts(this);
    this.composer = new Composer({
      api, t, locale,
      does: { send: (message) => this.send(message), stop: () => this.stop(), editLast: () => this.#editLast(), say: (message, level) => this.say(message, level) },
    });
    this.pickers = new Pickers({ t, memory: this.memory, conversation: this.conversation, host: this.#host, changed: () => this.draw() });
    this.composer.pickers.append(...this.pickers.roots);
    this.messages = new Messages({ t, does: { context: (entry) => this.contexts.of(entry), more: () => this.conversation.more() } });
    this.history = new History({
      api, t, locale,
      does: {
        open: (id) => this.go(id), fresh: () => this.go(null), gone: (id) => id === this.conversation.threadId && this.go(null),
        renamed: () => (this.windows.tell({ kind: "list" }), this.#title()), toast: (...words) => this.toasts.show(...words), fail: (error) => this.fail(error),
      },
    });
    this.quoting = new Quoting({ t, root: () => this.root.getRootNode(), within: this.messages.list, cite: (text) => (this.composer.cite(text), this.composer.focus()) });
    this.me = new Me({ server: serverOf(api), t, locale, gone: () => this.#host.begin() });
    this.windows = new Windows(this.#host.url, (message) => this.#heard(message));
  }

  #build() {
    const { t } = this;
    const listed = this.#host.getAttribute("history") !== "off";
    this.title = h("h1", { class: "title", dir: "auto" });
    this.banner = h("div", { class: "banner", role: "status", hidden: true });
    this.voice = h("div", { class: "hidden", "aria-live": "polite", "aria-atomic": "true" });
    this.start = h("div", { class: "start-place" });
    this.thinking = h("div", { class: "thinking", hidden: true }, h("span", { class: "dots", "aria-hidden": "true" }), h("span", { class: "hidden" }, t("Answering…")));
    this.waiting = h("div", { class: "cards" });
    this.messages.foot.append(this.thinking, this.waiting);
    this.messages.column.prepend(this.start);
    this.menu = iconButton("side", t("Conversations"), () => this.drawer(!this.root.classList.contains("listing")), { "aria-expanded": "false" });
    this.side = h("aside", { class: "side", "aria-label": t("Conversations"), hidden: !listed }, this.history.root, h("footer", {}, h("button", { type: "button", class: "quiet", onclick: () => this.settings() }, icon("gear"), t("Settings"))));
    const shade = h("div", { class: "shade", onclick: () => this.drawer(false) });
    const head = h("header", { class: "head" }, listed && this.menu, this.title, h("span", { class: "space" }), iconButton("plus", t("New conversation"), () => this.go(null), { class: "icon-button head-fresh" }), !listed && iconButton("gear", t("Settings"), () => this.settings()));
    const drop = h("div", { class: "drop", "aria-hidden": "true" }, icon("clip"), h("span", {}, t("Drop files here")));
    this.main = h("main", { class: "main" }, head, this.banner, this.messages.root, h("div", { class: "dock" }, this.me.above, this.composer.root, h("p", { class: "hint" }, t("Answers can be wrong. Check what matters.")), this.me.below), drop, this.quoting.root);
    this.root = h("div", { class: "shell", dir: this.rtl ? "rtl" : "ltr", lang: this.locale }, this.side, shade, this.main, this.toasts.root, this.voice);
  }

  #listen() {
    const { signal } = this.#leaving;
    const on = (target, name, heard) => target.addEventListener(name, heard, { signal });
    on(this.conversation, "change", () => this.draw());
    on(this.conversation, "thread", ({ detail }) => this.#moved(detail.threadId));
    on(this.conversation, "title", ({ detail }) => (this.history.put(detail.thread), this.#title()));
    on(this.conversation, "start", ({ detail }) => this.#began(detail));
    on(this.conversation, "end", ({ detail }) => this.#over(detail));
    on(this.conversation, "effect", ({ detail }) => this.#host.emit("effect", detail));
    on(this.conversation, "fail", ({ detail }) => (this.fail(detail.error), detail.gone && this.go(null)));
    on(window, "online", () => this.#reach(true));
    on(window, "offline", () => this.#reach(false));
    on(document, "visibilitychange", () => document.visibilityState === "visible" && this.conversation.look());
    on(this.root, "keydown", (event) => this.#key(event));
    on(this.root, "pg-client-action", ({ detail }) => this.#host.emit("action", detail));
    on(this.composer.root, "draft", ({ detail }) => this.#draft(detail));
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) on(this.main, name, (event) => this.#dragged(event));
    this.#looking = setInterval(() => document.visibilityState === "visible" && this.conversation.look(), LOOK_EVERY);
  }

  /** Shows the thread that is asked for, or the one that was shown before the reload. */
  async begin(threadId) {
    const kept = threadId || sessionStorage.getItem(this.#place);
    this.#draft();
    const options = this.#host.api.get("/options").then((options) => this.#offer(options), () => {}); // a server without pickers
    this.me.look();
    await Promise.all([options, this.history.reload(), kept ? this.conversation.open(kept) : null]);
    if (!this.narrow && this.#host.hasAttribute("autofocus")) this.composer.focus();
  }

  /** Goes on where the shell before it was: the language is another one. */
  resume() {
    if (this.#host.options) this.#offer(this.#host.options);
    this.history.mark(this.conversation.threadId);
    this.#draft();
    this.me.look();
    this.history.reload();
  }

  #offer(options) {
    this.#options = this.#host.options = options;
    this.composer.limit(options);
    this.pickers.fill(options);
    this.draw();
  }

  destroy() {
    this.#leaving.abort();
    clearInterval(this.#looking);
    this.me.close();
    this.windows.close();
    this.root.remove();
  }

  /** Forgets what this browser keeps of the visitor. */
  leave() {
    for (const store of [sessionStorage, localStorage])
      for (const name of Object.keys(store)) if (name.startsWith("playground-chat ")) store.removeItem(name);
  }

  /** Light, dark or as the system has it. */
  dress(theme) {
    this.#host.dataset.theme = ["light", "dark"].includes(theme) ? theme : "auto";
  }

  draw() {
    this.#drawing ||= requestAnimationFrame(() => ((this.#drawing = 0), this.#draw()));
  }

  #draw() {
    const { conversation } = this;
    const { transcript, busy, waiting, locked, phase, older } = conversation;
    const entries = entriesOf(conversation);
    if (transcript.progress && busy) entries.push(this.#progressing(transcript.progress));
    this.contexts.prepare(conversation);
    this.messages.show(entries, older);
    this.messages.root.classList.toggle("loading", phase === "loading");
    this.messages.root.setAttribute("aria-busy", String(phase === "loading" || busy === "answering"));
    const speaking = transcript.open.size > 0 || transcript.progress;
    this.thinking.hidden = !["sending", "answering"].includes(busy) || waiting || Boolean(speaking);
    this.composer.state = { busy, waiting, locked, online: this.online };
    this.#drawStart(!entries.length && ["empty", "ready"].includes(phase) && !busy);
    this.#drawCards();
    this.#drawBanner(busy, phase);
    this.pickers.draw();
    this.#title();
    this.#call();
  }

  #progressing(progress) {
    if (this.#progress?.item.of !== progress) this.#progress = { id: "progress", item: { type: "progress", id: "progress", ...progress, of: progress }, open: true };
    return this.#progress;
  }

  #drawStart(shown) {
    const agent = this.#options.agents.find(({ name }) => name === this.pickers.agent);
    const key = shown ? `${agent?.name} ${this.#host.getAttribute("greeting")}` : "";
    if (this.start.dataset.key === key) return;
    this.start.dataset.key = key;
    const greeting = this.#host.getAttribute("greeting");
    this.start.replaceChildren(...(shown ? [startScreen(agent, { t: this.t, greeting, ask: (text) => this.send({ text }) })] : []));
  }

  #drawCards() {
    const asks = this.conversation.approvals;
    const ids = new Set(asks.map((ask) => ask.call_id));
    for (const [id, card] of this.#cards) if (!ids.has(id)) (card.remove(), this.#cards.delete(id));
    for (const ask of asks) {
      if (this.#cards.has(ask.call_id)) continue;
      const card = approvalCard(ask, { t: this.t, decide: (decision) => this.#did(() => this.conversation.decide([decision])) });
      this.#cards.set(ask.call_id, card);
      this.waiting.append(card);
      this.voice.textContent = this.t("Approval needed");
    }
  }

  #drawBanner(busy, phase) {
    const [name, words] = !this.online
      ? ["offline", "You are offline."]
      : busy === "lost"
        ? ["offline", "The connection was lost. Trying again…"]
        : phase === "broken"
          ? ["offline", "This conversation could not be read."]
          : this.conversation.locked
            ? ["lock", this.conversation.locked.reason || "This conversation is closed."]
            : [null, null];
    this.banner.hidden = !name;
    if (this.banner.dataset.words === String(words)) return;
    this.banner.dataset.words = String(words);
    const again = phase === "broken" && this.online && h("button", { type: "button", class: "link", onclick: () => this.conversation.open(this.conversation.threadId) }, this.t("Try again"));
    this.banner.replaceChildren(...(name ? [icon(name), h("span", {}, this.t(words)), again].filter(Boolean) : []));
  }

  #title() {
    const { threadId, thread, transcript } = this.conversation;
    const title = (threadId && (this.history.get(threadId)?.title || thread?.title || transcript.title)) || (threadId ? this.t("New conversation") : "");
    if (this.title.textContent !== title) this.title.textContent = title;
    this.title.hidden = !title;
  }

  /** Shows a thread, or the start screen for null. */
  go(threadId) {
    this.drawer(false);
    if ((threadId ?? null) === this.conversation.threadId && this.conversation.phase !== "broken") {
      this.composer.focus();
      return;
    }
    this.messages.clear();
    if (threadId) this.conversation.open(threadId);
    else this.conversation.clear();
    if (!this.narrow) this.composer.focus();
  }

  /** Sends {text, quote, attachments, edit}; whether the server took it. */
  async send(message) {
    if (this.conversation.locked) return false;
    this.#chosen = this.pickers.choice;
    this.messages.toEnd();
    return this.conversation.send({ ...this.#chosen, ...message });
  }

  stop() {
    return this.#did(() => this.conversation.stop()).catch(() => {});
  }

  async edit(item, text) {
    if (this.#busy()) return;
    await this.send({ text, edit: item.id, attachments: item.attachments ?? [], quote: item.quoted_text ?? null });
  }

  async retry(itemId) {
    if (!this.#busy()) await this.conversation.retry(itemId, this.pickers.choice);
  }

  async act(action, item) {
    if (this.#busy()) throw new Error(this.t("Wait for the answer, or stop it first."));
    await this.conversation.act(action, item);
  }

  sync(action, item) {
    return this.#did(() => this.conversation.sync(action, item));
  }

  async answer(item, input) {
    await this.conversation.answer(item, input);
  }

  async output(item, value) {
    await this.conversation.output(item, value);
  }

  async switchBranch(branchId) {
    if (branchId && !this.#busy()) await this.#did(() => this.conversation.switchBranch(branchId)).catch(() => {});
  }

  async feedback(item, kind) {
    await this.#did(() => this.conversation.feedback(item, kind));
    this.memory.note("ratings", item.id, kind);
    this.draw();
  }

  rating(itemId) {
    return this.memory.of("ratings", itemId) ?? undefined;
  }

  attachmentUrl(file) {
    return file.preview_url ?? this.#host.api.at(`/attachments/${encodeURIComponent(file.id)}`);
  }

  hasTool(name) {
    return toolOf(name, this.#host.tools) !== undefined;
  }

  /** Tells the visitor something, for a moment. */
  say(message, level = "info", action = null) {
    this.toasts.show(message, { level, action });
  }

  fail(error) {
    const words = error.status ? error.message : this.t(this.online ? "The server cannot be reached." : "You are offline.");
    this.say(words, "danger");
    if (error.status) this.me.soon();
    this.#host.emit("error", { error });
  }

  /** Whether the list is a drawer: by the element's own width, not the page's. */
  get narrow() {
    return this.root.clientWidth <= 760;
  }

  drawer(open) {
    this.root.classList.toggle("listing", open);
    this.menu.setAttribute("aria-expanded", String(open));
    if (this.narrow) {
      this.main.inert = open;
      if (open) this.history.field.focus();
      else if (this.side.contains(this.root.getRootNode().activeElement)) this.menu.focus();
    }
  }

  settings() {
    const host = this.#host;
    const { t } = this;
    const pick = (name) => (value) => (host.memory.set(name, value), name === "theme" ? this.dress(value) : (box.close(), host.rebuild()));
    const themes = { auto: "As the system", light: "Light", dark: "Dark" };
    const box = settingsDialog({
      t,
      theme: host.hasAttribute("theme") ? undefined : { value: host.theme, options: Object.entries(themes).map(([id, words]) => [id, t(words)]), pick: pick("theme") },
      language: host.hasAttribute("locale") ? undefined : { value: this.locale, options: Object.entries(names), pick: pick("locale") },
    });
    this.root.append(box);
    box.showModal();
  }

  #busy() {
    const busy = this.conversation.busy && !this.conversation.waiting;
    if (busy) this.say(this.t("Wait for the answer, or stop it first."));
    return busy;
  }

  /** Does something, and tells the visitor if it did not work. */
  async #did(work) {
    try {
      return await work();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  get #place() {
    return `playground-chat thread ${this.#host.url}`;
  }

  get #draftPlace() {
    return `playground-chat draft ${this.conversation.threadId ?? "new"}`;
  }

  /** Keeps what is being written, or brings it back. */
  #draft(text) {
    if (text) sessionStorage.setItem(this.#draftPlace, text);
    else if (text === "") sessionStorage.removeItem(this.#draftPlace);
    else this.composer.text = sessionStorage.getItem(this.#draftPlace) ?? "";
  }

  #moved(threadId) {
    const made = this.conversation.busy === "answering"; // by the message that was sent: nothing else is shown
    if (!made) (this.messages.clear(), this.#draft());
    if (threadId) sessionStorage.setItem(this.#place, threadId);
    else sessionStorage.removeItem(this.#place);
    this.history.mark(threadId);
    if (made) this.pickers.keep(threadId, this.#chosen);
    this.#host.reflect(threadId);
    this.#host.emit("thread.change", { threadId });
    this.draw();
  }

  #began({ resumed, ...detail }) {
    if (!resumed) this.windows.tell({ kind: "run", threadId: detail.threadId });
    this.#host.emit("response.start", detail);
    this.voice.textContent = this.t("Answering…");
  }

  #over(detail) {
    this.me.soon();
    this.windows.tell({ kind: "run", threadId: detail.threadId });
    this.#host.emit("response.end", detail);
    this.voice.textContent = spoken(this.conversation.transcript.items.at(-1)).slice(0, LONGEST_SPOKEN) || this.t("The answer has ended.");
  }

  #heard({ kind, threadId }) {
    if (kind === "run" && threadId === this.conversation.threadId) this.conversation.look();
    if (kind === "list" || !this.history.get(threadId)) this.history.reload();
  }

  #reach(online) {
    this.online = online;
    this.draw();
    if (online) (this.conversation.look(), this.history.reload());
  }

  /** Makes the call that the agent asked this browser for, in one of its windows. */
  #call() {
    const { conversation } = this;
    const call = conversation.transcript.items.at(-1);
    if (conversation.busy || call?.type !== "client_tool_call" || call.status !== "pending" || this.#called.has(call.id)) return;
    const tool = toolOf(call.name, this.#host.tools);
    if (!tool) return; // it is done by hand
    this.#called.add(call.id);
    alone(call.id, async () => {
      if (!(await conversation.awaits(call))) return conversation.look(); // another window was faster
      this.#host.emit("client-tool", { name: call.name, arguments: call.arguments });
      const result = await run(tool, call.arguments);
      if (conversation.threadId === call.thread_id) await conversation.output(call, result);
    }).catch(() => this.#called.delete(call.id)); // the server was not reached: it is tried again when something changes
  }

  #editLast() {
    const last = this.conversation.transcript.items.findLast((item) => item.type === "user_message");
    const element = last && this.messages.element(last.id);
    element?.dispatchEvent(new CustomEvent("pg-edit"));
    return Boolean(element);
  }

  #key(event) {
    if (event.defaultPrevented) return;
    const writing = event.composedPath()[0].matches?.("input, textarea, select, [contenteditable]");
    const keys = { KeyN: () => this.go(null), KeyK: () => (this.drawer(true), this.history.field.focus()), KeyL: () => this.composer.focus() };
    if (event.key === "Escape") this.#escape();
    else if (event.key === "?" && !writing) this.settings();
    else if (event.altKey && !event.ctrlKey && !event.metaKey && event.code in keys) keys[event.code]();
    else return;
    event.preventDefault();
  }

  #escape() {
    if (this.root.classList.contains("listing")) this.drawer(false);
    else if (this.composer.quote) this.composer.cite(null);
    else if (this.conversation.busy) this.stop();
  }

  #dragged(event) {
    if (!event.dataTransfer?.types.includes("Files") || !this.composer.uploads.limits.enabled || this.conversation.locked) return;
    event.preventDefault();
    const leaving = event.type === "drop" || (event.type === "dragleave" && !this.main.contains(event.relatedTarget));
    this.main.classList.toggle("dropping", !leaving);
    if (event.type === "drop") this.composer.uploads.add(event.dataTransfer.files);
  }
}

// Where a message is written. Keeps what could not be sent yet, and sends it when it can.

import { Dictation } from "./dictation.js";
import { h, icon, iconButton } from "./dom.js";
import { Uploads } from "./uploads.js";

const TALLEST = 240;

export class Composer {
  root;
  quote = null;
  /** Why a message waits: null, "offline" or "busy". */
  held = null;
  #t;
  #does;
  #state = { busy: null, waiting: false, locked: null, online: true };

  /** `does`: {send(message) → Promise<boolean>, stop(), editLast() → boolean, say(message, level)}. */
  constructor({ api, t, locale, does }) {
    this.#t = t;
    this.#does = does;
    this.uploads = new Uploads({ api, t, locale, changed: () => this.#refresh(), say: (message) => does.say(message, "danger") });
    this.dictation = new Dictation({ api, t, heard: (text) => this.insert(text), say: (message) => does.say(message, "danger") });
    this.#build();
  }

  #build() {
    const t = this.#t;
    this.field = h("textarea", {
      rows: 1, dir: "auto", "aria-label": t("Message"), placeholder: t("Write a message"), enterKeyHint: "send",
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onpaste: (event) => this.#pasted(event),
    });
    this.chooser = h("input", { type: "file", multiple: true, hidden: true, onchange: () => (this.uploads.add(this.chooser.files), (this.chooser.value = "")) });
    this.attach = iconButton("clip", t("Attach files"), () => this.chooser.click(), { hidden: true });
    this.sender = h("button", { type: "submit", class: "send", "aria-label": t("Send"), title: t("Send") }, icon("send"));
    this.stopper = h("button", { type: "button", class: "send stop", "aria-label": t("Stop"), title: t("Stop (Esc)"), hidden: true, onclick: () => this.#does.stop() }, icon("stop"));
    this.quoted = h("div", { class: "quoted", hidden: true });
    this.notice = h("div", { class: "held", role: "status", hidden: true });
    this.pickers = h("div", { class: "pickers" });
    this.root = h(
      "form",
      { class: "composer", "aria-label": t("Message"), onsubmit: (event) => (event.preventDefault(), this.submit()) },
      this.notice, this.quoted, this.uploads.root, this.field,
      h("div", { class: "bar" }, this.attach, this.chooser, this.dictation.button, this.pickers, h("span", { class: "space" }), this.stopper, this.sender),
    );
    this.#refresh();
  }

  /** What the server takes: {attachments, dictation} of its options. */
  limit({ attachments, dictation }) {
    const accept = Object.entries(attachments?.accept ?? {}).flatMap(([kind, ends]) => [kind, ...ends]);
    this.uploads.limits = { ...attachments, accept };
    this.attach.hidden = !attachments?.enabled;
    this.attach.title = `${this.#t("Attach files")}\n${this.uploads.rules}`;
    this.attach.setAttribute("aria-description", this.uploads.rules);
    this.chooser.accept = accept.join(",");
    this.dictation.button.hidden = !(dictation && Dictation.possible);
  }

  /** How things stand: {busy, waiting, locked, online}. */
  set state(state) {
    const before = this.#state;
    this.#state = state;
    this.#refresh();
    const freed = (this.held === "busy" && before.busy && !state.busy) || (this.held === "offline" && state.online);
    if (freed) this.submit();
  }

  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.#typed();
  }

  /** Puts words where the cursor is. */
  insert(text) {
    const { selectionStart: start, selectionEnd: end, value } = this.field;
    const gap = start && !/\s$/.test(value.slice(0, start)) ? " " : "";
    this.field.setRangeText(gap + text, start, end, "end");
    this.#typed();
    this.focus();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  /** Sets what the message answers to; null takes it away. */
  cite(text) {
    this.quote = text;
    this.quoted.hidden = !text;
    this.quoted.replaceChildren(...(text ? [icon("quote"), h("q", { dir: "auto" }, text), iconButton("close", this.#t("Remove the quote"), () => (this.cite(null), this.focus()))] : []));
  }

  /** Sends what is there, or keeps it until it can be sent. */
  async submit() {
    if (!this.#ready) return;
    const reason = !this.#state.online ? "offline" : this.#state.busy && !this.#state.waiting ? "busy" : null;
    this.#hold(reason);
    if (reason) return;
    const message = { text: this.text.trim(), quote: this.quote, attachments: this.uploads.take() };
    this.text = "";
    this.cite(null);
    if (await this.#does.send(message)) return;
    if (this.text) return; // something else is being written already
    this.text = message.text;
    this.cite(message.quote);
    this.uploads.restore(message.attachments);
  }

  get #ready() {
    return !this.#state.locked && !this.uploads.busy && Boolean(this.text.trim() || this.uploads.files.length);
  }

  #hold(reason) {
    this.held = reason;
    const words = { offline: "You are offline. The message is sent when the connection is back.", busy: "The message is sent when the answer is there." }[reason];
    this.notice.hidden = !reason;
    const drop = () => (this.#hold(null), this.focus());
    this.notice.replaceChildren(...(reason ? [h("span", {}, this.#t(words)), h("button", { type: "button", class: "link", onclick: drop }, this.#t("Do not send"))] : []));
  }

  #refresh() {
    const { busy, waiting, locked } = this.#state;
    const stopping = Boolean(busy) || waiting;
    if (!this.sender) return;
    this.stopper.hidden = !stopping;
    this.stopper.disabled = busy === "stopping";
    this.sender.disabled = !this.#ready;
    this.sender.hidden = stopping && !this.text.trim();
    this.field.disabled = Boolean(locked);
    this.attach.disabled = this.dictation.button.disabled = Boolean(locked);
    this.field.placeholder = locked ? locked.reason || this.#t("This conversation is closed.") : this.#t("Write a message");
  }

  #typed() {
    this.field.style.blockSize = "auto";
    this.field.style.blockSize = `${Math.min(TALLEST, this.field.scrollHeight)}px`;
    if (this.held && !this.text) this.#hold(null);
    this.#refresh();
    this.root.dispatchEvent(new CustomEvent("draft", { detail: this.text }));
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.text && this.#does.editLast()) {
      event.preventDefault();
    }
  }

  #pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !this.uploads.limits.enabled) return;
    event.preventDefault();
    this.uploads.add(files);
  }
}

// <playground-chat>: the whole client as one element. docs/client.md tells what a page can do with it.

import { Api } from "./api.js";
import { Conversation } from "./conversation.js";
import { stylesheet } from "./draw/index.js";
import { h } from "./dom.js";
import { best, rtl, translator } from "./languages.js";
import { stylesheet as ofMe } from "./me/me.js";
import { Memory } from "./memory.js";
import { Shell } from "./shell.js";

const HERE = new URL(".", import.meta.url);
const SERVER = new URL("..", HERE).href.replace(/\/$/, "");

export class PlaygroundChat extends HTMLElement {
  static observedAttributes = ["url", "thread", "locale", "theme", "agent", "model", "greeting", "history"];

  /** An async function that gives headers for requests to the element's own server, and only those. */
  headers = this.headers ?? null; // what the page set before this module was there stays
  /** As for fetch: "same-origin", or "include" for a server on another origin that knows its visitors by cookie. */
  credentials = this.credentials ?? "same-origin";
  /** Functions that agents may call in this page: {name: async (arguments) => result}. */
  tools = this.tools ?? {};
  #shell = null;
  #root;
  #reflecting = false;
  #begun = false;
  #ready;

  constructor() {
    super();
    for (const name of ["url", "thread", "locale", "theme"]) {
      if (!Object.hasOwn(this, name)) continue;
      const { [name]: value } = this;
      delete this[name]; // it hides the property
      this[name] = value;
    }
    this.#root = this.attachShadow({ mode: "open" });
    const sheets = [new URL("shell.css", HERE).href, stylesheet, ofMe].map((href) => h("link", { rel: "stylesheet", href }));
    this.#ready = Promise.all(sheets.map((sheet) => new Promise((done) => (sheet.onload = sheet.onerror = done))));
    this.#root.append(...sheets);
  }

  get url() {
    return this.getAttribute("url") ? new URL(this.getAttribute("url"), document.baseURI).href : SERVER;
  }

  set url(value) {
    this.setAttribute("url", value);
  }

  /** The thread that is shown; null on the start screen. */
  get thread() {
    return this.conversation?.threadId ?? this.getAttribute("thread");
  }

  set thread(value) {
    if (value) this.setAttribute("thread", value);
    else this.removeAttribute("thread");
  }

  get locale() {
    return this.getAttribute("locale") || this.memory?.get("locale") || best(navigator.languages);
  }

  set locale(value) {
    this.setAttribute("locale", value);
  }

  get theme() {
    return this.getAttribute("theme") || this.memory?.get("theme") || "auto";
  }

  set theme(value) {
    this.setAttribute("theme", value);
  }

  connectedCallback() {
    this.memory = new Memory(this.url);
    this.api = new Api(() => ({ url: this.url, headers: this.headers, credentials: this.credentials, language: best([this.locale]) }));
    this.conversation = new Conversation(this.api);
    this.#start();
  }

  disconnectedCallback() {
    this.#shell?.destroy();
    this.#shell = null;
    this.#begun = false;
    this.conversation.close();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#shell || before === after || this.#reflecting) return;
    if (name === "thread") this.#begun && this.#shell.go(after);
    else if (name === "theme") this.#shell.dress(this.theme);
    else if (name === "url") (this.disconnectedCallback(), this.connectedCallback());
    else this.rebuild();
  }

  /** Sends a message, as if it had been typed. Resolves to whether the server took it. */
  async send(text) {
    await this.#ready;
    return this.#shell.send({ text });
  }

  /** Puts words where a message is written. */
  compose(text) {
    this.#shell.composer.text = text;
    this.#shell.composer.focus();
  }

  /** Leaves the thread for a new one. */
  newThread() {
    this.#shell.go(null);
  }

  stop() {
    return this.#shell.stop();
  }

  focus() {
    this.#shell?.composer.focus();
  }

  /** Tells the page: an event of this name, with what it is about. */
  emit(name, detail = {}) {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** Keeps the thread in the attribute, for whoever looks. */
  reflect(threadId) {
    this.#reflecting = true;
    this.thread = threadId;
    this.#reflecting = false;
  }

  /** Begins anew, as somebody else: who was here is forgotten. */
  begin() {
    this.#shell?.leave();
    this.disconnectedCallback();
    this.reflect(null);
    this.connectedCallback();
    this.emit("thread.change", { threadId: null });
    this.emit("forgotten");
  }

  /** Draws everything anew, as after a change of language; the conversation stays. */
  rebuild() {
    this.#shell?.destroy();
    this.#build();
    if (this.#begun) this.#shell.resume();
  }

  #build() {
    const locale = best([this.locale]);
    this.#shell = new Shell(this, { t: translator(locale), locale, rtl: rtl(locale) });
    this.#shell.root.hidden = true;
    this.#root.append(this.#shell.root);
    this.#shell.dress(this.theme);
    const shell = this.#shell;
    return this.#ready.then(() => (shell.root.hidden = false));
  }

  async #start() {
    await this.#build();
    this.#begun = true; // from here on the attribute's changes are followed
    await this.#shell?.begin(this.getAttribute("thread"));
    this.emit("ready");
  }
}

if (!customElements.get("playground-chat")) customElements.define("playground-chat", PlaygroundChat);

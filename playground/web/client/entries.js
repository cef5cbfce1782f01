// What of a conversation is drawn, in order, and what can be done with each entry.

import { versions } from "./branches.js";

/** Entries {id, item, open}: the items, and beside them what the stream said and what is on its way. */
export function entriesOf({ transcript, asides }) {
  const known = new Set(transcript.items.map((item) => item.id));
  const beside = Map.groupBy(asides, ({ after }) => (known.has(after) ? after : after === null ? "first" : "last"));
  const aside = (place) => (beside.get(place) ?? []).map(({ item }) => ({ id: item.id, item, open: false }));
  const entries = aside("first");
  for (const item of transcript.items) {
    entries.push({ id: item.id, item, open: transcript.open.has(item.id) });
    if (beside.has(item.id)) entries.push(...aside(item.id));
  }
  entries.push(...aside("last"));
  return entries;
}

/** The words of an item, for reading aloud. */
export function spoken(item) {
  if (item?.type !== "assistant_message") return "";
  return item.content.map((part) => part.text).join("\n").trim();
}

/** Makes contexts for drawing. `shell` gives what they are made of. */
export class Contexts {
  #shell;
  #versions = new Map();

  constructor(shell) {
    this.#shell = shell;
  }

  /** Looks once per drawing where versions are. */
  prepare({ branches, transcript, older }) {
    this.#versions = versions(branches, transcript.items, !older.more);
  }

  /** What decides how an entry is drawn beside its item, and the context to draw it with. */
  of(entry) {
    const { item, open } = entry;
    const rating = this.#shell.rating(item.id);
    const at = this.#versions.get(item.id);
    const asking = this.#asking(item);
    const locked = Boolean(this.#shell.conversation.locked);
    const key = [open, rating, at?.index, at?.ids.length, asking, locked].join();
    return { key, context: () => this.#context(entry, { rating, at, asking, locked }) };
  }

  /** Whether an item is what the run waits for right now. */
  #asking(item) {
    const { conversation } = this.#shell;
    return item.status === "pending" && conversation.transcript.items.findLast((one) => one.status === "pending")?.id === item.id;
  }

  #context({ item, open }, { rating, at, asking, locked }) {
    const shell = this.#shell;
    const { t, locale, rtl } = shell;
    const shared = { t, locale, rtl, open, readonly: locked, rating, attachmentUrl: (file) => shell.attachmentUrl(file), toast: (text) => shell.say(text) };
    shared.imageDomains = shell.conversation.thread?.allowed_image_domains;
    if (at) shared.branches = { index: at.index, count: at.ids.length, go: (step) => shell.switchBranch(at.ids[at.index + step]) };
    if (locked || item.pending) return shared;
    return { ...shared, ...this.#does(item, asking) };
  }

  #does(item, asking) {
    const shell = this.#shell;
    switch (item.type) {
      case "user_message":
        return { edit: (message, text) => shell.edit(message, text) };
      case "assistant_message":
        return { retry: (message) => shell.retry(message.id), feedback: (message, kind) => shell.feedback(message, kind) };
      case "error":
        return { retry: () => shell.retry(null) };
      case "widget":
        return { act: (action, widget) => shell.act(action, widget), sync: (action, widget) => shell.sync(action, widget) };
      case "structured_input":
        return asking ? { answer: (form, input) => shell.answer(form, input) } : {};
      case "client_tool_call":
        return asking && !shell.hasTool(item.name) ? { output: (call, value) => shell.output(call, value) } : {};
      default:
        return {};
    }
  }
}

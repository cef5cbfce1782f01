// One thread as this window knows it, and everything that can be done to it. Draws nothing: whoever does listens for
// "change", and for what the element tells its page.

import { apply, blank, replay } from "./fold.js";
import { asking, follow, live, persist } from "./follow.js";

const PAGE = 40;
const TELLING = new Set(["error", "notice"]);

export class Conversation extends EventTarget {
  threadId = null;
  thread = null;
  transcript = blank();
  /** Messages on their way, and errors and notices at their place: {after: item id or null, item}. */
  asides = [];
  branches = [];
  older = { more: false, loading: false, after: null };
  run = null;
  /** "empty", "loading", "ready" or "broken". */
  phase = "empty";
  /** Null, "sending", "answering", "lost" (reconnecting) or "stopping". */
  busy = null;
  #api;
  #abort = new AbortController();
  #looking = 0;
  #serial = 0;

  constructor(api) {
    super();
    this.#api = api;
  }

  get waiting() {
    return asking(this.run);
  }

  /** The calls that wait for a word of the visitor's. */
  get approvals() {
    return this.waiting ? this.run.asks.filter((ask) => (ask.kind ?? "approval") === "approval" && ask.approved === null) : [];
  }

  get locked() {
    const status = this.thread?.status;
    return status && status.type !== "active" ? status : null;
  }

  /** Leaves the thread; what runs there goes on. */
  clear() {
    this.#leave();
    Object.assign(this, {
      threadId: null, thread: null, transcript: blank(), asides: [], branches: [], run: null, busy: null, phase: "empty",
      older: { more: false, loading: false, after: null },
    });
    this.#tell("thread", { threadId: null });
    this.#changed();
  }

  /** Lets go of everything, for good. */
  close() {
    this.#leave();
  }

  /** Shows a thread, and goes on with the answer that is being written in it. */
  async open(threadId, { quiet = false } = {}) {
    const signal = this.#leave();
    const other = threadId !== this.threadId;
    if (other) Object.assign(this, { transcript: blank(), asides: [], branches: [], run: null, thread: null });
    Object.assign(this, { threadId, busy: null });
    if (!quiet || other) this.phase = "loading";
    if (other) this.#tell("thread", { threadId });
    this.#changed();
    try {
      const [loaded, run, branches] = await Promise.all([
        persist(() => this.#load(threadId, signal), { signal, lost: () => this.#lost() }),
        persist(() => this.#api.run(threadId, signal), { signal }),
        this.#api.branches(threadId, signal).catch(() => []),
      ]);
      Object.assign(this, { ...loaded, run, branches, phase: "ready", busy: null, asides: [] });
      this.#changed();
      await this.#goOn(run, signal);
    } catch (error) {
      this.#broken(error, signal);
    }
  }

  /** Looks whether something happened in the thread that this window was not told of. */
  async look() {
    if (!this.threadId || this.busy || this.phase !== "ready" || this.#looking) return;
    const { threadId, run } = this;
    this.#looking++;
    try {
      const now = await this.#api.run(threadId, this.#abort.signal);
      const changed = now?.id !== run?.id || now?.last_seq !== run?.last_seq || now?.status !== run?.status;
      if (this.threadId === threadId && !this.busy && changed) await this.open(threadId, { quiet: true });
    } catch {
      // it will be looked again
    } finally {
      this.#looking--;
    }
  }

  /** Sends a message: {text, attachments (items), quote, model, agent, edit (item id)}. True if the server has it. */
  async send({ text, attachments = [], quote = null, model = null, agent = null, edit = null }) {
    const content = text ? [{ type: "input_text", text }] : [];
    const input = {
      content,
      attachments: attachments.map((file) => file.id),
      inference_options: model ? { model } : {},
      ...(quote && { quoted_text: quote }),
    };
    const metadata = { ...(agent && { agent }), ...(model && { model }), ...(edit && { edit_item_id: edit }) };
    if (edit) this.#cut(edit, { including: true });
    const shown = this.#aside({ type: "user_message", content, attachments, quoted_text: quote, pending: true });
    const request = this.threadId
      ? ["threads.add_user_message", { thread_id: this.threadId, input }]
      : ["threads.create", { input }];
    return this.#begin(...request, { metadata, undo: () => this.#drop(shown.item.id), reload: Boolean(edit) });
  }

  /** Answers a message again, on a branch of its own. */
  async retry(itemId, { model = null, agent = null } = {}) {
    const question = this.#question(itemId);
    if (!question) return false;
    this.#cut(question.id, { including: false });
    const params = { thread_id: this.threadId, item_id: question.id };
    const metadata = { ...(agent && { agent }), ...(model && { model }) };
    return this.#begin("threads.retry_after_item", params, { metadata, reload: true });
  }

  act(action, item) {
    return this.#begin("threads.custom_action", { thread_id: this.threadId, item_id: item?.id ?? null, action });
  }

  async sync(action, item) {
    const params = { thread_id: this.threadId, item_id: item?.id ?? null, action };
    const { updated_item: changed } = await this.#api.ask("threads.sync_custom_action", params);
    if (changed) this.#apply({ type: "thread.item.replaced", item: changed });
    return changed;
  }

  answer(item, input) {
    const params = { thread_id: this.threadId, item_id: item.id, input };
    return this.#begin("threads.add_structured_input", params);
  }

  /** Whether the server still waits for the result of a call; of a server that knows no runs it is taken for granted. */
  async awaits(call) {
    const run = await this.#api.run(call.thread_id);
    return run === null || (run.asks ?? []).some((ask) => ask.item_id === call.id);
  }

  /** The result of a call that the browser was asked to make. */
  output(item, result) {
    const params = { thread_id: this.threadId, result: result ?? null };
    return this.#begin("threads.add_client_tool_output", params, { metadata: { item_id: item.id }, late: true });
  }

  /** Approves or rejects calls: [{call_id, approve, message}]. */
  async decide(decisions) {
    const run = await this.#api.decide(this.run.id, decisions);
    this.run = { ...this.run, ...run, asks: run.asks ?? [] };
    this.#changed();
    if (!this.busy && live(run)) this.#resume(run);
  }

  /** Stops the answer; resolves when the server has. */
  async stop() {
    if (!this.busy && !this.waiting) return;
    const { run } = this;
    if (!run?.id) {
      this.#leave(); // nothing else can be done on a server without runs
      this.busy = null;
      this.#changed();
      return;
    }
    if (this.busy) this.busy = "stopping";
    this.#changed();
    const record = await persist(() => this.#api.stop(run.id), { most: 4 });
    if (!this.busy) await this.open(this.threadId, { quiet: true });
    else this.run = { ...record, asks: [] };
  }

  async feedback(item, kind) {
    await this.#api.ask("items.feedback", { thread_id: this.threadId, item_ids: [item.id], kind });
  }

  async switchBranch(branchId) {
    await this.#api.switchBranch(this.threadId, branchId);
    await this.open(this.threadId, { quiet: true });
  }

  /** Reads the items before the first one that is there. */
  async more() {
    if (!this.older.more || this.older.loading) return;
    const { threadId } = this;
    this.older = { ...this.older, loading: true };
    this.#changed();
    try {
      const page = await this.#page(threadId, this.older.after, this.#abort.signal);
      if (this.threadId !== threadId) return;
      const known = new Set(this.transcript.items.map((item) => item.id));
      const before = page.data.toReversed().filter((item) => !known.has(item.id));
      this.transcript = { ...this.transcript, items: [...before, ...this.transcript.items] };
      this.older = cursor(page);
    } catch {
      this.older = { ...this.older, loading: false };
    }
    this.#changed();
  }

  /** The user message that this item is, or answers. */
  #question(itemId) {
    const { items } = this.transcript;
    let at = itemId ? items.findIndex((item) => item.id === itemId) : items.length - 1;
    while (at >= 0 && items[at].type !== "user_message") at--;
    return items[at] ?? null;
  }

  async #load(threadId, signal) {
    const thread = await this.#api.ask("threads.get_by_id", { thread_id: threadId }, { signal });
    let page = { data: thread.items.data.toReversed(), has_more: false };
    if (thread.items.has_more) page = await this.#page(threadId, null, signal);
    const transcript = replay(page.data.toReversed(), thread.title ?? null);
    return { thread, transcript, older: cursor(page) };
  }

  #page(threadId, after, signal) {
    const params = { thread_id: threadId, limit: PAGE, order: "desc", ...(after && { after }) };
    return this.#api.ask("items.list", params, { signal });
  }

  /** Begins a request that is answered with events, and reads them. True if the server took it. */
  async #begin(type, params, { metadata, undo, reload = false, late = false } = {}) {
    const signal = this.#leave();
    const key = crypto.randomUUID(); // so that a message that is sent again after a broken connection is one message
    Object.assign(this, { busy: "sending", run: null });
    this.#changed();
    let opened;
    try {
      opened = await persist(() => this.#api.begin(type, params, { metadata, key, signal }), {
        signal, most: 6, lost: () => this.#lost(),
      });
    } catch (error) {
      if (signal.aborted) return false;
      undo?.();
      this.busy = null;
      if (late && error.status === 409) this.#changed(); // another window was faster
      else this.#fail(error);
      if (this.threadId && (reload || type !== "threads.add_user_message")) this.open(this.threadId, { quiet: true });
      return false;
    }
    this.phase = "ready";
    this.run = opened.runId && { id: opened.runId, status: "running", asks: [] };
    this.#read(opened, { signal, reload });
    return true;
  }

  /** Goes on with what the thread's run does, or tells how it ended. */
  async #goOn(run, signal) {
    if (live(run)) {
      this.#resume(run, signal);
    } else if (run && !["completed", "cancelled"].includes(run.status)) {
      const events = await this.#ending(run, signal);
      for (const event of events) this.#aside({ ...event, ...(event.code && { status: run.status }) });
      if (!events.length && run.status === "failed") this.#aside({ type: "error", code: "stream.error", allow_retry: true });
      this.#changed();
    }
  }

  #resume(run, signal = this.#leave()) {
    return this.#read({ runId: run.id, threadId: this.threadId }, { signal, resumed: true });
  }

  /** What a run that is over said beside its items; nothing if the server has forgotten. */
  async #ending(run, signal) {
    const told = [];
    try {
      const { events } = await this.#api.events(run.id, Math.max(0, run.last_seq - 4), signal);
      for await (const { event } of events) if (TELLING.has(event.type)) told.push(event);
    } catch {
      // then it is not told again
    }
    return told;
  }

  async #read(opened, { signal, reload = false, resumed = false }) {
    this.busy = "answering";
    const { runId } = opened;
    this.#tell("start", { runId, threadId: this.threadId ?? opened.threadId, resumed });
    this.#changed();
    const link = (up) => !signal.aborted && up !== (this.busy !== "lost") && ((this.busy = up ? "answering" : "lost"), this.#changed());
    try {
      const reading = follow(this.#api, opened, { signal, link });
      let step = await reading.next();
      for (; !step.done && !signal.aborted; step = await reading.next()) this.#apply(step.value);
      if (!signal.aborted) await this.#ended(step.value ?? null, { runId, reload });
    } catch (error) {
      this.#broken(error, signal);
    }
  }

  async #ended(run, { runId, reload }) {
    const { signal } = this.#abort;
    Object.assign(this, { busy: null, run });
    this.transcript = { ...this.transcript, progress: null };
    this.asides = this.asides.filter(({ item }) => !item.pending);
    this.#changed();
    this.#tell("end", { runId, threadId: this.threadId, status: run?.status ?? "completed" });
    // A server that died may have sent more than it had kept: what is there is read anew
    if (run?.status === "interrupted") return this.open(this.threadId, { quiet: true });
    if (reload || this.branches.length > 1) {
      const branches = await this.#api.branches(this.threadId, signal).catch(() => this.branches);
      if (!signal.aborted) this.branches = branches;
      this.#changed();
    }
  }

  #apply(event) {
    switch (event.type) {
      case "thread.created":
        this.threadId = event.thread.id;
        this.#tell("thread", { threadId: this.threadId });
      case "thread.updated": // and so is a new thread
        this.thread = event.thread;
        this.#tell("title", { thread: event.thread });
        break;
      case "thread.item.done":
        if (event.item.type === "user_message") this.asides = this.asides.filter(({ item }) => !item.pending);
        break;
      case "error":
      case "notice":
        this.#aside(event);
        break;
      case "client_effect":
        this.#tell("effect", { name: event.name, data: event.data });
        break;
      default:
        if (this.#mayAsk(event)) this.#ask();
    }
    this.transcript = apply(this.transcript, event);
    this.#changed();
  }

  /** Whether a tool call has just begun to wait: nothing in the stream says what for. */
  #mayAsk(event) {
    return event.update?.type === "workflow.task.updated" && event.update.task.status_indicator === "none" && this.run;
  }

  async #ask() {
    const { signal } = this.#abort;
    const run = await this.#api.run(this.threadId, signal).catch(() => null);
    if (signal.aborted || !this.busy || run?.id !== this.run?.id) return;
    this.run = run;
    this.#changed();
  }

  /** Puts something after the last item. */
  #aside(item) {
    const after = this.transcript.items.at(-1)?.id ?? null;
    const aside = { after, item: { ...item, id: `aside-${++this.#serial}` } };
    this.asides = [...this.asides, aside];
    return aside;
  }

  #drop(asideId) {
    this.asides = this.asides.filter(({ item }) => item.id !== asideId);
  }

  /** Takes away what comes after an item: from now on it is on another branch. */
  #cut(itemId, { including }) {
    const at = this.transcript.items.findIndex((item) => item.id === itemId);
    if (at < 0) return;
    const items = this.transcript.items.slice(0, including ? at : at + 1);
    const kept = new Set(items.map((item) => item.id));
    this.transcript = { ...this.transcript, items };
    this.asides = this.asides.filter(({ after }) => after !== null && kept.has(after));
    if (!including) this.asides = this.asides.filter(({ after }) => after !== itemId);
  }

  #leave() {
    this.#abort.abort();
    this.#abort = new AbortController();
    return this.#abort.signal;
  }

  #lost() {
    this.busy = "lost";
    this.#changed();
  }

  #broken(error, signal) {
    if (signal.aborted) return;
    this.busy = null;
    if (this.phase === "loading" || error.status === 404) this.phase = "broken";
    this.#fail(error);
  }

  #fail(error) {
    this.#tell("fail", { error, gone: this.phase === "broken" && error.status === 404 });
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function cursor(page) {
  return { more: page.has_more, loading: false, after: page.data.at(-1)?.id ?? null };
}

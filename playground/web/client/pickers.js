// Who answers: the agent and the model, picked for the thread that is shown.

import { Picker } from "./picker.js";

const NAME = /^[a-z]+\/\S.*$/;

export class Pickers {
  #t;
  #memory;
  #conversation;
  #host;
  #options = { agents: [], providers: [] };
  #fresh = {};

  constructor({ t, memory, conversation, host, changed }) {
    this.#t = t;
    this.#memory = memory;
    this.#conversation = conversation;
    this.#host = host;
    const pick = (name) => (id) => (this.#pick(name, id), changed());
    this.agents = new Picker({ label: t("Agent"), icon: "agent", t, pick: pick("agent") });
    const named = (text) => (NAME.test(text) ? text : null);
    const any = () => (this.#free ? named : null);
    this.models = new Picker({ label: t("Model"), icon: "model", t, pick: pick("model"), get free() { return any(); } });
    this.roots = [this.agents.root, this.models.root];
  }

  /** Whether any model may be named. A server that does not say takes all. */
  get #free() {
    return this.#options.free_models !== false;
  }

  /** What can be picked, as `/options` tells it. */
  fill(options) {
    this.#options = options;
    this.draw();
  }

  /** The agent that will answer: picked, or the default of a new thread; null if the server knows best. */
  get agent() {
    return this.#chosen("agent") ?? (this.#conversation.threadId ? null : this.#known("agent"));
  }

  get model() {
    return this.#chosen("model") ?? this.#last() ?? (this.#conversation.threadId ? null : this.#known("model"));
  }

  /** What is sent with a message: {agent, model}. */
  get choice() {
    return { agent: this.agent, model: this.model };
  }

  /** The choice was for a new thread, which is there now. */
  keep(threadId, choice) {
    this.#memory.note("choices", threadId, choice);
    this.#fresh = {};
  }

  draw() {
    const { agents, providers } = this.#options;
    const agent = agents.find(({ name }) => name === this.agent);
    this.agents.show(agents.map(({ name, label, description }) => ({ id: name, label, note: description })), this.agent, agent?.label ?? this.agent ?? this.#t("As before"));
    const ready = providers.filter(({ available }) => available);
    const models = [...ready.flatMap(listed), ...providers.filter(({ available }) => !available).map(missing)];
    this.models.show(models, this.model, this.model?.slice(this.model.indexOf("/") + 1) ?? this.#t("As before"));
  }

  #pick(name, id) {
    const { threadId } = this.#conversation;
    if (threadId) this.#memory.note("choices", threadId, { ...this.#memory.of("choices", threadId, {}), [name]: id });
    else this.#fresh[name] = id;
    this.#memory.set(name, id);
  }

  #chosen(name) {
    const { threadId } = this.#conversation;
    return threadId ? this.#memory.of("choices", threadId, {})[name] : this.#fresh[name];
  }

  /** The model that the newest message was meant for. */
  #last() {
    const { items } = this.#conversation.transcript;
    return items.findLast((item) => item.type === "user_message")?.inference_options?.model;
  }

  /** What a new thread begins with: as the page says, as picked last, or the server's default; if it is still there. */
  #known(name) {
    const { agents, providers, [`default_${name}`]: fallback } = this.#options;
    const there = name === "agent" ? agents.map((agent) => agent.name) : providers.filter((one) => one.available).flatMap((one) => one.models);
    const open = new Set(providers.filter((one) => one.available).map((one) => one.provider));
    const usable = (id) => id && (there.includes(id) || (name === "model" && this.#free && open.has(id.split("/")[0])));
    return [this.#host.getAttribute(name), this.#memory.get(name)].find(usable) ?? fallback ?? null;
  }
}

function listed({ label, models, note }) {
  return models.map((id) => ({ id, label: id.slice(id.indexOf("/") + 1), group: label, note }));
}

/** A provider that cannot be used, and why. */
function missing({ provider, label, note }) {
  return { id: `${provider}/`, label, note, disabled: true };
}

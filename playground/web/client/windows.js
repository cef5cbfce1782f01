// Windows of one browser that show the same playground tell each other what they do.

export class Windows {
  #channel = null;

  /** `heard(message)` is called with what another window told. */
  constructor(name, heard) {
    if (typeof BroadcastChannel !== "function") return;
    this.#channel = new BroadcastChannel(`playground-chat ${name}`);
    this.#channel.addEventListener("message", ({ data }) => heard(data));
  }

  /** Tells the others: {kind: "run" | "thread" | "list", threadId?}. */
  tell(message) {
    this.#channel?.postMessage(message);
  }

  close() {
    this.#channel?.close();
  }
}

/** Does something in one window only, whichever comes first. In a browser without locks each window does it. */
export async function alone(name, work) {
  if (!navigator.locks) return work();
  return navigator.locks.request(`playground-chat ${name}`, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}

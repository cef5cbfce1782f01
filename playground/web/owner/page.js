// The owner's page: the token's form until the owner is known, then the board, which asks every two seconds.

import { Refusal, Unreachable, ask, tell } from "./api.js";
import { Board } from "./board.js";
import { Entrance } from "./entrance.js";
import { say } from "./toasts.js";

const EVERY = 2000;
const SLOWEST = 15000;

class Page {
  #board = null;
  #entrance = null;
  #timer = 0;
  #asking = null;
  #failures = 0;

  async start() {
    document.addEventListener("visibilitychange", () => this.#look());
    const token = decodeURIComponent(location.hash.slice(1));
    if (token) history.replaceState(null, "", location.pathname + location.search); // it is not to stay in the history
    if (token && (await this.#enter(token)) !== null) return;
    await this.#look();
  }

  /** Asks for what goes on, once and from now on; only while somebody looks. */
  async #look() {
    clearTimeout(this.#timer);
    if (document.visibilityState !== "visible" || this.#entrance) return;
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    await this.#asking;
    clearTimeout(this.#timer);
    if (!this.#entrance) this.#timer = setTimeout(() => this.#look(), Math.min(EVERY * 2 ** this.#failures, SLOWEST));
  }

  async #ask() {
    try {
      const sort = this.#board?.sort ?? "last";
      const state = await ask(`owner/state?visitors=${sort}`);
      this.#failures = 0;
      this.#show(state, sort);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return this.#refused();
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      this.#failures = Math.min(this.#failures + 1, 3);
      if (this.#board) this.#board.lost(error.message);
      else this.#wait(error.message);
    }
  }

  #show(state, sort) {
    if (!this.#board) {
      this.#board = new Board({ look: () => this.#look(), left: () => this.#refused() });
      document.body.replaceChildren(this.#board.element);
    }
    if (sort === this.#board.sort) this.#board.show(state);
    else this.#look();
  }

  #wait(message) {
    document.body.replaceChildren(Object.assign(document.createElement("p"), { className: "notice", textContent: message }));
  }

  #refused() {
    this.#board?.close();
    this.#board = null;
    if (this.#entrance) return;
    this.#entrance = new Entrance((token) => this.#enter(token));
    document.body.replaceChildren(this.#entrance.element);
    this.#entrance.focus();
  }

  /** Null once the owner is let in, else why not. */
  async #enter(token) {
    try {
      await tell("owner/enter", { token });
    } catch (error) {
      if (!this.#entrance) this.#refused();
      this.#entrance.refuse(error.message);
      return error.message;
    }
    this.#entrance = null;
    say("Welcome back.");
    await this.#look();
    return null;
  }
}

new Page().start();

// What this browser remembers between visits: choices and thumbs. Nothing of what was said.

const MOST = 200;

export class Memory {
  #key;
  #kept;

  constructor(name) {
    this.#key = `playground-chat ${name}`;
    try {
      this.#kept = JSON.parse(localStorage.getItem(this.#key)) ?? {};
    } catch {
      this.#kept = {}; // not allowed here, or not ours
    }
  }

  get(name, fallback = null) {
    return this.#kept[name] ?? fallback;
  }

  set(name, value) {
    this.#kept[name] = value;
    this.#save();
  }

  /** What was chosen for one of many, such as a thread. */
  of(name, id, fallback = null) {
    return this.#kept[name]?.[id] ?? fallback;
  }

  /** Keeps a choice for one of many; the oldest are forgotten. */
  note(name, id, value) {
    const { [id]: _before, ...others } = this.#kept[name] ?? {};
    this.set(name, Object.fromEntries([...Object.entries(others).slice(1 - MOST), [id, value]]));
  }

  #save() {
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // then it is remembered until the page is left
    }
  }
}

// Server-sent events out of bytes. Pure but for the reading of a response; a frame may be split anywhere, also within
// a character.

/** Frames out of chunks of bytes: {id: number, data: string}. Comments, which are heartbeats, give none. */
export class FrameParser {
  #decoder = new TextDecoder("utf-8");
  #rest = "";
  #id = 0;
  #data = [];

  /** The frames that are complete with these bytes. */
  push(bytes) {
    let text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    // A carriage return at the end may be the first half of a line break: it waits for what follows.
    const held = text.endsWith("\r") ? "\r" : "";
    if (held) text = text.slice(0, -1);
    const lines = text.split(/\r\n|\n|\r/);
    this.#rest = lines.pop() + held;
    const frames = [];
    for (const line of lines) this.#line(line, frames);
    return frames;
  }

  #line(line, frames) {
    if (line === "") {
      if (this.#data.length) frames.push({ id: this.#id, data: this.#data.join("\n") });
      this.#data = [];
      return;
    }
    if (line.startsWith(":")) return;
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "id" && /^\d+$/.test(value)) this.#id = Number(value);
  }
}

/** The events of a response's body, each {id, event}. Ends with the body; throws what reading it throws. */
export async function* eventsOf(response) {
  const parser = new FrameParser();
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const { id, data } of parser.push(value)) yield { id, event: JSON.parse(data) };
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

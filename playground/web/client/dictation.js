// Speech to text: recorded here, written down by the server.

import { iconButton } from "./dom.js";

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const LONGEST = 120_000;

export class Dictation {
  button;
  state = "idle";
  #api;
  #t;
  #heard;
  #say;
  #recorder = null;
  #timer = 0;

  /** `heard(text)` gets the words; `say(message)` tells the visitor what went wrong. */
  constructor({ api, t, heard, say }) {
    this.#api = api;
    this.#t = t;
    this.#heard = heard;
    this.#say = say;
    this.button = iconButton("mic", t("Dictate"), () => this.toggle(), { hidden: true, "aria-pressed": "false" });
  }

  /** Whether this browser can record. */
  static get possible() {
    return typeof MediaRecorder === "function" && Boolean(navigator.mediaDevices?.getUserMedia);
  }

  async toggle() {
    if (this.state === "recording") this.#recorder.stop();
    else if (this.state === "idle") await this.#record();
  }

  async #record() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      this.#say(this.#t("The microphone cannot be used. Allow it for this page."));
      return;
    }
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
    const chunks = [];
    recorder.ondataavailable = ({ data }) => chunks.push(data);
    recorder.onstop = () => {
      clearTimeout(this.#timer);
      for (const track of stream.getTracks()) track.stop();
      this.#write(new Blob(chunks, { type: recorder.mimeType }), mimeType ?? recorder.mimeType);
    };
    this.#recorder = recorder;
    recorder.start();
    this.#timer = setTimeout(() => recorder.state === "recording" && recorder.stop(), LONGEST);
    this.#show("recording");
  }

  async #write(recording, type) {
    this.#show("writing");
    try {
      const { text } = await this.#api.ask("input.transcribe", { audio_base64: await base64(recording), mime_type: type });
      this.#heard(text);
    } catch (error) {
      this.#say(error.status ? error.message : this.#t("The connection was lost."));
    }
    this.#show("idle");
  }

  #show(state) {
    this.state = state;
    const label = this.#t({ idle: "Dictate", recording: "Stop recording", writing: "Writing down…" }[state]);
    this.button.dataset.state = state;
    this.button.disabled = state === "writing";
    this.button.title = label;
    this.button.setAttribute("aria-label", label);
    this.button.setAttribute("aria-pressed", String(state === "recording"));
  }
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

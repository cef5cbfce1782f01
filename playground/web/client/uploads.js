// Files of the message that is being written: checked, uploaded in two phases, shown, taken away.

import { Refusal, Unreachable } from "./api.js";
import { h, icon, iconButton, size } from "./dom.js";

export class Uploads {
  root = h("ul", { class: "files", hidden: true });
  files = [];
  limits = { enabled: false, max_size: Infinity, max_count: 0, accept: [] };
  #api;
  #t;
  #locale;
  #changed;
  #say;

  /** `changed()` is called when files come, go or are there; `say(message)` tells the visitor why one is not taken. */
  constructor({ api, t, locale, changed, say }) {
    this.#api = api;
    this.#t = t;
    this.#locale = locale;
    this.#changed = changed;
    this.#say = say;
    this.root.setAttribute("aria-label", t("Attachments"));
  }

  get busy() {
    return this.files.some((file) => file.state === "uploading");
  }

  /** What may be attached, in words, before anything is. */
  get rules() {
    const { max_count: count, max_size: bytes } = this.limits;
    return this.#t("Up to {count} files, {size} each", { count, size: size(bytes, this.#locale) });
  }

  /** Takes files in, as many as are allowed; of the others it is said why not. */
  add(list) {
    for (const file of list) {
      const complaint = this.#complaint(file);
      if (complaint) this.#say(complaint);
      else this.#start(file);
    }
    this.#draw();
  }

  /** The attachments that are there, to be sent; none are left. */
  take() {
    const taken = this.files.filter((file) => file.state === "ready").map(({ item, preview }) => (preview ? { ...item, preview_url: preview } : item));
    this.files = [];
    this.#draw();
    return taken;
  }

  /** Puts back what was taken and could not be sent. */
  restore(items) {
    this.files.push(...items.map((item) => ({ name: item.name, state: "ready", progress: 1, item, preview: item.type === "image" ? item.preview_url : null })));
    this.#draw();
  }

  #complaint(file) {
    const { enabled, max_count: most, max_size: largest, accept } = this.limits;
    const t = this.#t;
    if (!enabled) return t("Files cannot be attached here.");
    if (this.files.length >= most) return t("At most {count} files.", { count: most });
    if (file.size > largest) return t("{name} is too large: at most {size}.", { name: file.name, size: size(largest, this.#locale) });
    if (!file.size) return t("{name} is empty.", { name: file.name });
    if (file.type && accept?.length && !accept.some((kind) => matches(kind, file))) return t("{name}: files of this kind are not taken.", { name: file.name });
    return null;
  }

  async #start(file) {
    const preview = /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type) ? URL.createObjectURL(file) : null;
    const entry = { name: file.name, size: file.size, state: "uploading", progress: 0, preview, abort: new AbortController() };
    this.files.push(entry);
    try {
      const type = file.type || "application/octet-stream";
      const created = await this.#api.ask("attachments.create", { name: file.name, size: file.size, mime_type: type }, { signal: entry.abort.signal });
      entry.item = created;
      const progress = (done) => ((entry.progress = done), entry.bar && (entry.bar.value = done));
      if (created.upload_descriptor) await upload(this.#api, created.upload_descriptor, { file, progress, signal: entry.abort.signal });
      const { upload_descriptor: _used, ...item } = created;
      Object.assign(entry, { item, state: "ready" });
    } catch (error) {
      if (entry.abort.signal.aborted) return;
      entry.state = "failed";
      this.files = this.files.filter((one) => one !== entry);
      const why = error instanceof Refusal ? error.message : this.#t("The connection was lost.");
      this.#say(this.#t("{name} was not uploaded. {why}", { name: file.name, why }));
    }
    this.#draw();
  }

  #remove(entry) {
    entry.abort?.abort();
    this.files = this.files.filter((one) => one !== entry);
    if (entry.item) this.#api.ask("attachments.delete", { attachment_id: entry.item.id }).catch(() => {}); // else it is tidied up
    this.#draw();
  }

  #draw() {
    this.root.hidden = !this.files.length;
    this.root.replaceChildren(...this.files.map((entry) => this.#row(entry)));
    this.#changed();
  }

  #row(entry) {
    const t = this.#t;
    const picture = entry.preview ? h("img", { src: entry.preview, alt: "" }) : h("span", { class: "file-icon" }, icon("file"));
    entry.bar = entry.state === "uploading" ? h("progress", { max: 1, value: entry.progress, "aria-label": t("Uploading {name}", { name: entry.name }) }) : null;
    const note = entry.bar ?? (entry.size ? h("small", {}, size(entry.size, this.#locale)) : null);
    return h(
      "li",
      { class: `file ${entry.state}` },
      picture,
      h("span", { class: "file-text" }, h("span", { class: "file-name", dir: "auto", title: entry.name }, entry.name), note),
      iconButton("close", t("Remove {name}", { name: entry.name }), () => this.#remove(entry)),
    );
  }
}

function matches(kind, file) {
  if (kind.startsWith(".")) return file.name.toLowerCase().endsWith(kind.toLowerCase());
  return kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type.split(";")[0] === kind;
}

/** Sends the bytes where the server wants them. Only XMLHttpRequest tells how far it is. */
async function upload(api, { url, method, headers = {} }, { file, progress, signal }) {
  const all = { ...(await api.given(url)), ...headers };
  const request = new XMLHttpRequest();
  request.open(method, url);
  for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
  let body = file;
  if (method === "POST") {
    body = new FormData();
    body.append("file", file, file.name);
  }
  signal.addEventListener("abort", () => request.abort());
  await new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Refusal(told(request), request.status)));
    request.onerror = () => reject(new Unreachable("upload"));
    request.onabort = () => reject(signal.reason);
    request.send(body);
  });
}

function told(request) {
  try {
    return JSON.parse(request.responseText).message;
  } catch {
    return request.statusText;
  }
}

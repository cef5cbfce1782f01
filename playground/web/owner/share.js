// The public link, with the picture that a phone reads.

import { h, write } from "./dom.js";

export class Share {
  #url = h("a", { class: "mono link", target: "_blank", rel: "noopener noreferrer" });
  #note = h("p", { class: "hint" });
  #picture = h("img", { class: "code", alt: "QR code of the public link", width: 148, height: 148 });
  #shown = null;

  constructor() {
    this.element = h("section", { class: "card share", "aria-labelledby": "share" }, h("h2", { id: "share" }, "Public link"),
      this.#picture, this.#url, this.#note);
  }

  show({ link, strict }) {
    const key = JSON.stringify([link, strict]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#url.hidden = this.#picture.hidden = !link.url;
    if (link.url) {
      this.#url.href = link.url;
      write(this.#url, link.url);
      this.#picture.src = `owner/link.svg?${encodeURIComponent(link.url)}`;
    }
    const none = "Only this machine and its network reach it. Start it with --share, or set PLAYGROUND_PUBLIC_URL.";
    const open = strict ? "Strangers may come: what is on offer is limited." : "The stricter rules for strangers are off.";
    write(this.#note, link.note || (link.url ? open : none));
  }
}

// Files that a message carries: pictures with a preview, others as a chip with name and kind.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { link, outward, picture, record, text } from "./safe.js";

const SIGNS = [
  [/^image\//, "square-image"],
  [/pdf|word|document/, "document"],
  [/json|xml|javascript|python|html/, "square-code"],
  [/^text\//, "square-text"],
  [/^audio\//, "play"],
];

/** The files, or null if there are none. */
export function attachments(files, c) {
  if (!files.length) return null;
  return el(
    "div",
    { class: "pg-files", key: "files" },
    files.map((file) => attachment(record(file), c)),
  );
}

function attachment(file, c) {
  const name = text(file.name, 300) || c.t("File");
  const given = c.attachmentUrl?.(file);
  const href = link(given);
  const preview = file.type === "image" ? shown(given, file.preview_url, c) : undefined;
  const inside = preview
    ? el("img", { src: preview, alt: name, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" })
    : [
        icon(signOf(text(file.mime_type))),
        el("span", { class: "pg-file-words" }, el("bdi", {}, name), el("small", {}, kindOf(file))),
      ];
  const props = { class: preview ? "pg-file pg-preview" : "pg-file", title: name, key: text(file.id) };
  return href
    ? el("a", { ...props, ...outward(href), download: preview ? null : name }, inside)
    : el("span", props, inside);
}

// The address that the context gives is its own server's; one that only the item names has to be ours.
function shown(given, named, c) {
  return given ? (link(given) ?? picture(given)?.src) : picture(named, c.imageDomains)?.src;
}

const signOf = (mime) => SIGNS.find(([kind]) => kind.test(mime))?.[1] ?? "page-blank";
const kindOf = ({ name, mime_type: mime }) =>
  (/\.(\w{1,6})$/.exec(text(name, 300))?.[1] ?? text(mime, 60).split("/").pop()).toUpperCase();

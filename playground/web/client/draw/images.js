// A picture that was made for the visitor, and pictures whose host has to be allowed first.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { host, link, number, outward, picture, record, text } from "./safe.js";

/** A generated image: its progress while it is made, then the picture with a way to save it. */
export function generatedImage(item, c) {
  const url = record(item.image).url;
  const done = Math.round(100 * (number(item.progress, 0, 1) ?? 0));
  if (!url) return [waiting(c, done)];
  const shown = askedPicture(url, c.t("Generated image"), c, { class: "pg-made" });
  const src = picture(url, c.imageDomains)?.src;
  const target = /^data:image\/svg/i.test(src ?? "") ? undefined : src; // saved and opened, a drawing could run scripts
  return [
    el(
      "figure",
      { class: "pg-picture" },
      shown,
      target && !c.open
        ? el(
            "a",
            {
              class: "pg-quiet pg-save",
              ...outward(target),
              download: "image",
              title: c.t("Save"),
              "aria-label": c.t("Save"),
            },
            icon("external-link"),
          )
        : null,
    ),
    c.open && done ? meter(c, done) : null,
  ];
}

const meter = (c, done) =>
  el("progress", { class: "pg-meter", max: 100, value: done || null, "aria-label": c.t("Generating an image") });

function waiting(c, done) {
  if (!c.open)
    return el(
      "div",
      { class: "pg-note", "data-level": "info" },
      icon("square-image"),
      el("p", {}, c.t("The image was not made.")),
    );
  return el(
    "div",
    { class: "pg-picture pg-waiting" },
    el("span", { class: "pg-shimmer" }, c.t("Generating an image")),
    meter(c, done),
  );
}

/**
 * A picture. One of a foreign host is fetched only when the visitor says so: fetching it tells that host who reads. Where
 * the page's policy forbids even that, as our own pages' does, it is a link.
 * `props`: of the image.
 */
export function askedPicture(url, alt, c, props = {}) {
  const found = picture(url, c.imageDomains);
  if (!found) return el("span", { class: "pg-no-picture", ...sizes(props) }, icon("square-image"), alt || c.t("Image"));
  const allowed = c.state.allowed ?? {};
  const src = found.src ?? (allowed[found.ask] ? found.ask : undefined);
  const failed = () => link(src) && c.change({ refused: { ...c.state.refused, [src]: true } });
  if (src && !c.state.refused?.[src])
    return el("img", {
      ...props,
      src,
      alt,
      loading: "lazy",
      decoding: "async",
      referrerpolicy: "no-referrer",
      on: { error: failed },
    });
  const show = () => c.change({ allowed: { ...allowed, [found.ask]: true } });
  return el(
    "span",
    { class: "pg-no-picture", ...sizes(props) },
    icon("square-image"),
    el("span", {}, alt ? `${alt} · ` : "", c.t("Image from {host}", { host: text(found.host ?? host(src), 100) })),
    src
      ? el("a", { class: "pg-quiet", ...outward(src) }, c.t("Open"))
      : el("button", { type: "button", class: "pg-button pg-small", on: { click: show } }, c.t("Show")),
  );
}

// Its words need room, so a height is the least that it is high.
function sizes({ style = {} }) {
  const { "block-size": high, "aspect-ratio": _, ...others } = style;
  return { style: high ? { ...others, "min-block-size": high } : others };
}

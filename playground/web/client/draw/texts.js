// The words of widgets: titles, texts, captions, badges, signs, pictures.

import { el } from "./dom.js";
import { icon as sign } from "./icons.js";
import { askedPicture } from "./images.js";
import { markdown as rendered } from "./markdown.js";
import { among, number, record, text as words } from "./safe.js";
import { sizes } from "./boxes.js";
import { colour, measure, only, radius, spacing } from "./values.js";
import { fieldProps } from "./fields.js";

const WEIGHTS = { normal: "400", medium: "500", semibold: "600", bold: "700" };
const SIZES = ["3xs", "2xs", "xs", "sm", "md", "lg", "xl", "2xl", "3xl", "4xl", "5xl"];

const lineClamp = (value) => (number(value, 1, 200) ? String(Math.round(number(value, 1, 200))) : undefined);

function look({ color, weight, textAlign, maxLines, minLines, width, truncate }) {
  const lines = truncate ? undefined : lineClamp(maxLines);
  return only({
    color: colour(color),
    "font-weight": typeof weight === "string" && Object.hasOwn(WEIGHTS, weight) ? WEIGHTS[weight] : undefined,
    "text-align": among(textAlign, ["start", "center", "end"], undefined),
    "inline-size": measure(width),
    "-webkit-line-clamp": lines,
    "min-block-size": lineClamp(minLines) ? `${lineClamp(minLines)}lh` : undefined,
  });
}

const shape = (component, kind) =>
  `pg-w-${kind}${component.truncate ? " pg-truncate" : component.maxLines ? " pg-clamp" : ""}`;

const said = (tag, kind, usual) => (component, c) =>
  el(
    tag,
    {
      class: shape(component, kind),
      "data-size": among(component.size, SIZES, usual),
      dir: "auto",
      key: c.key(component),
      style: look(component),
      title: component.truncate ? words(component.value, 2000) : null,
    },
    words(component.value),
  );

export const title = said("div", "title", "md");
export const caption = said("div", "caption", "md");

/** A text; a field if it is editable. */
export function text(component, c) {
  const edit = record(component.editable);
  if (typeof edit.name === "string") return editable(component, edit, c);
  const style = {
    ...look(component),
    ...only({
      "font-style": component.italic ? "italic" : undefined,
      "text-decoration": component.lineThrough ? "line-through" : undefined,
    }),
  };
  return el(
    "div",
    {
      class: shape(component, "text"),
      "data-size": among(component.size, SIZES, "md"),
      dir: "auto",
      key: c.key(component),
      style,
      title: component.truncate ? words(component.value, 2000) : null,
    },
    words(component.value),
  );
}

function editable(component, edit, c) {
  const props = {
    ...fieldProps({ ...component, ...edit }, c),
    "data-size": among(component.size, SIZES, "md"),
    style: look(component),
    autocomplete: among(
      edit.autoComplete,
      ["name", "email", "tel", "organization", "street-address", "postal-code", "country"],
      "off",
    ),
  };
  const rows = Math.max(number(component.minLines, 1, 20) ?? 1, Math.min(number(component.maxLines, 1, 20) ?? 1, 20));
  if (rows > 1) return el("textarea", { ...props, class: "pg-field pg-editable", rows }, words(component.value));
  return el("input", { ...props, class: "pg-field pg-editable", type: "text", value: words(component.value) });
}

/** The name of a field. */
export function label(component, c) {
  const id = c.idOf(words(component.fieldName, 200));
  return el(
    "label",
    {
      class: "pg-w-label",
      for: id,
      id: `${id}-label`,
      "data-size": among(component.size, SIZES, "sm"),
      dir: "auto",
      key: c.key(component),
      style: look(component),
    },
    words(component.value, 2000),
  );
}

/** Markdown within a widget. */
export const markdown = (component, c) =>
  el(
    "div",
    { class: "pg-w-markdown", key: c.key(component) },
    rendered(words(component.value), { t: c.t, open: c.open }),
  );

/** A badge. */
export function badge(component, c) {
  const props = {
    "data-tone": among(
      component.color,
      ["secondary", "success", "danger", "warning", "info", "discovery"],
      "secondary",
    ),
    "data-variant": among(component.variant, ["solid", "soft", "outline"], "soft"),
    "data-size": among(component.size, ["sm", "md", "lg"], "sm"),
  };
  return el(
    "span",
    { class: `pg-badge${component.pill ? " pg-pill" : ""}`, ...props, key: c.key(component) },
    el("bdi", {}, words(component.label, 500)),
  );
}

/** A sign. */
export const icon = (component, c) =>
  el(
    "span",
    {
      class: "pg-w-icon",
      "data-size": among(component.size, SIZES, "md"),
      key: c.key(component),
      style: only({ color: colour(component.color) }),
    },
    sign(words(component.name, 100)),
  );

/** A picture. */
export function image(component, c) {
  const style = {
    ...sizes(component),
    ...spacing("margin", component.margin),
    ...only({
      "object-fit": among(component.fit, ["cover", "contain", "fill", "scale-down", "none"], undefined),
      "object-position":
        typeof component.position === "string" &&
        /^(top|bottom|left|right|center)( (left|right))?$/.test(component.position)
          ? component.position
          : undefined,
      "border-radius": radius(component.radius),
      background: colour(component.background, "surface"),
    }),
  };
  const props = {
    class: `pg-w-image${component.frame ? " pg-frame" : ""}${component.flush ? " pg-flush" : ""}`,
    key: c.key(component),
    style,
  };
  return askedPicture(component.src, words(component.alt, 500), c, props);
}

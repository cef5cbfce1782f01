// CSS values of a widget. What a widget says becomes a declaration only if it is one of the known names or a plain
// measure within bounds; nothing of it is ever pasted into a style.

import { number, record } from "./safe.js";

const UNITS = { px: 1600, rem: 100, em: 100, ch: 120, "%": 100, vw: 100, vh: 100, dvh: 100 };
const KEYWORDS = new Set(["auto", "fit-content", "min-content", "max-content"]);
const STEP = 4; // pixels of a spacing unit
const RADII = {
  none: 0,
  "2xs": 2,
  xs: 4,
  sm: 6,
  md: 8,
  lg: 10,
  xl: 12,
  "2xl": 16,
  "3xl": 20,
  "4xl": 24,
  full: 9999,
  "100%": "100%",
};
const TEXT = {
  prose: "text",
  primary: "text",
  emphasis: "text",
  secondary: "muted",
  tertiary: "muted",
  success: "success",
  warning: "warning",
  danger: "danger",
  info: "info",
  discovery: "discovery",
  white: "on-accent",
};
const SURFACES = {
  surface: "raised",
  "surface-secondary": "surface",
  "surface-tertiary": "code",
  "surface-elevated": "raised",
  "surface-elevated-secondary": "surface",
};
const CHART = {
  blue: [0.58, 0.17, 258],
  purple: [0.58, 0.19, 295],
  orange: [0.7, 0.16, 55],
  green: [0.64, 0.15, 152],
  red: [0.62, 0.2, 25],
  yellow: [0.79, 0.15, 88],
  pink: [0.67, 0.18, 350],
};
const HUES = {
  ...Object.fromEntries(Object.entries(CHART).map(([name, [, chroma, hue]]) => [name, [chroma, hue]])),
  gray: [0.006, 285],
  grey: [0.006, 285],
};
const FUNCTION = /^(rgba?|hsla?|oklch|oklab|lab|lch)\(\s*[\d.%\s,/+-]+(deg|turn|rad)?[\d.%\s,/+-]*\)$/i;

/** The colours that the series of a chart get, one after the other. */
export const SERIES = Object.keys(CHART);

/** A measure: pixels as a number, or a CSS length or percentage. Else undefined. */
export function measure(value, most = 1600) {
  if (number(value) !== undefined) return `${number(value, 0, most)}px`;
  if (typeof value !== "string") return undefined;
  const words = value.trim().toLowerCase();
  if (KEYWORDS.has(words)) return words;
  const [, amount, unit = ""] = /^(\d{1,5}(?:\.\d{1,4})?|\.\d{1,4})([a-z%]*)$/.exec(words) ?? [];
  if (amount === undefined || (unit && !Object.hasOwn(UNITS, unit))) return undefined;
  return unit ? `${Math.min(Number(amount), UNITS[unit])}${unit}` : `${Math.min(Number(amount), most)}px`;
}

/** A distance: spacing units as a number, or a CSS length. Never negative, and never wide enough to leave the box. */
export function distance(value) {
  if (number(value) !== undefined) return `${number(value, 0, 40) * STEP}px`;
  if (typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim())) return `${Math.min(Number(value), 40) * STEP}px`;
  const length = measure(value, 160);
  return length && /(px|rem|em)$/.test(length) ? `min(${length}, 160px)` : undefined;
}

/** The four sides of a padding or margin: `{property: value}`. */
export function spacing(property, value) {
  if (typeof value !== "object" || value === null) return only({ [property]: distance(value) });
  const { top, right, bottom, left, x, y } = record(value);
  return only({
    [`${property}-block-start`]: distance(top ?? y),
    [`${property}-block-end`]: distance(bottom ?? y),
    [`${property}-inline-start`]: distance(left ?? x),
    [`${property}-inline-end`]: distance(right ?? x),
  });
}

/** The declarations that have a value. */
export const only = (style) => Object.fromEntries(Object.entries(style).filter(([, value]) => value !== undefined));

export const radius = (value) => {
  const size = Object.hasOwn(RADII, value) ? RADII[value] : undefined;
  return typeof size === "number" ? `${size}px` : size;
};

/** A colour by its use (`text`, `surface`, `border`, `chart`): a token, a primitive (`red-100`), CSS, `{light, dark}`. */
export function colour(value, use = "text") {
  if (value && typeof value === "object") {
    const [light, dark] = [one(record(value).light, use, String), one(record(value).dark, use, String)];
    return light && dark ? `light-dark(${light}, ${dark})` : (light ?? dark);
  }
  return one(value, use, (shade) => 1000 - shade);
}

// `inDark`: which shade of a primitive stands for it in the dark.
function one(value, use, inDark) {
  if (typeof value !== "string" || value.length > 80) return undefined;
  const name = value.trim().toLowerCase();
  return token(name, use) ?? primitive(name, inDark) ?? css(name);
}

function token(name, use) {
  if (use === "chart" && Object.hasOwn(CHART, name)) return `oklch(${CHART[name].join(" ")})`;
  if (use === "surface" && Object.hasOwn(SURFACES, name)) return `var(--${SURFACES[name]})`;
  if (use === "border" && ["default", "subtle", "strong"].includes(name)) {
    return name === "strong"
      ? "color-mix(in srgb, var(--text) 40%, transparent)"
      : name === "subtle"
        ? "color-mix(in srgb, var(--line) 60%, transparent)"
        : "var(--line)";
  }
  return use === "text" && Object.hasOwn(TEXT, name) ? `var(--${TEXT[name]})` : undefined;
}

function primitive(name, inDark) {
  const [, hue, digits] = /^([a-z]+)-(\d{1,4})$/.exec(name) ?? [];
  if (!hue || !Object.hasOwn(HUES, hue)) return undefined;
  const shade = Math.min(Number(digits), 1000);
  return `light-dark(${shaded(hue, shade)}, ${shaded(hue, Number(inDark(shade)))})`;
}

function shaded(hue, shade) {
  const depth = shade / 1000;
  const [chroma, angle] = HUES[hue];
  const vivid = chroma * Math.min(1, 0.05 + 2.2 * depth) * (1 - 1.1 * Math.max(0, depth - 0.5)); // tints are pale
  return `oklch(${(0.985 - 0.8 * depth).toFixed(3)} ${vivid.toFixed(4)} ${angle})`;
}

// Names, hexadecimal and numeric functions: nothing that could fetch or refer to anything.
function css(name) {
  const plain = /^#[0-9a-f]{3,8}$/.test(name) || /^[a-z]{3,22}$/.test(name) || FUNCTION.test(name);
  return plain && !["inherit", "initial", "unset", "revert"].includes(name) && CSS.supports("color", name)
    ? name
    : undefined;
}

/** The shape of a box: `16/9`, or a number. */
export function ratio(value) {
  if (number(value) !== undefined) return String(number(value, 0.1, 10));
  const [, wide, high] =
    typeof value === "string"
      ? (/^(\d{1,4}(?:\.\d+)?)(?:\s*[/:]\s*(\d{1,4}(?:\.\d+)?))?$/.exec(value.trim()) ?? [])
      : [];
  const size = Number(wide) / Number(high ?? 1);
  return size >= 0.1 && size <= 10 ? String(size) : undefined;
}

/** A `flex`: a number, or "1 1 auto" in plain measures. */
export function flex(value) {
  if (number(value) !== undefined) return `${number(value, 0, 100)} 1 0%`;
  const words = typeof value === "string" ? value.trim().split(/\s+/) : [];
  if (words.length === 1 && (words[0] === "none" || words[0] === "auto" || /^\d{1,2}$/.test(words[0]))) return words[0];
  const [grow, shrink, basis] = words;
  const fine = words.length === 3 && /^\d{1,2}$/.test(grow) && /^\d{1,2}$/.test(shrink) && measure(basis);
  return fine ? `${grow} ${shrink} ${measure(basis)}` : undefined;
}

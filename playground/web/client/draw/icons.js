// Signs: the names of ChatKit's icons and a few of our own, as strokes on a grid of 24 by 24. An unknown name is a dot.

import { svg } from "./dom.js";

const ring = "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z";
const page = "M6 3h8l4 4v14H6z|M14 3v4h4";
const pen = "M14.5 5.5l4 4L8 20l-5 1 1-5z";
const person = "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0z|M4 21c1-4 4-6 8-6s7 2 8 6";
const star = "M12 3l2.7 5.8 6.3.8-4.7 4.3 1.3 6.3L12 17l-5.6 3.2 1.3-6.3L3 9.6l6.3-.8z";
const bulb = "M9 18h6|M10 21h4|M12 3a6 6 0 0 0-4 10.5c.8.8 1 1.5 1 2.5h6c0-1 .2-1.7 1-2.5A6 6 0 0 0 12 3z";
const book = "M12 6c-2-1.5-5-2-8-2v14c3 0 6 .5 8 2 2-1.5 5-2 8-2V4c-3 0-6 .5-8 2z|M12 6v14";
const frame = "M4 4h16v16H4z";
const sparkle = "M12 3l2 6.5 6.5 2.5-6.5 2.5-2 6.5-2-6.5L3.5 12 10 9.5z";
const wheel = "M4 7h9|M17 7h3|M4 17h3|M11 17h9|M17 7a2 2 0 1 1-4 0 2 2 0 0 1 4 0z|M11 17a2 2 0 1 1-4 0 2 2 0 0 1 4 0z";

const STROKES = {
  agent: "M5 8h14v11H5z|M12 4v4|M9 13v1|M15 13v1|M2 12v4|M22 12v4",
  analytics: "M4 20V10|M10 20V4|M16 20v-8|M21 20H3",
  atom: "M12 12h.01|M20 12c0 2-3.5 3.5-8 3.5S4 14 4 12s3.5-3.5 8-3.5 8 1.5 8 3.5z|M16 5.1c1.7 1 1.3 4.7-1 8.6s-5.3 6.2-7 5.2-1.3-4.7 1-8.6 5.3-6.2 7-5.2z",
  batch: "M4 8l8-4 8 4-8 4z|M4 12l8 4 8-4|M4 16l8 4 8-4",
  bolt: "M13 2L5 13h6l-1 9 8-12h-6z",
  "book-open": book,
  "book-closed": "M6 3h13v18H6a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z|M4 18a2 2 0 0 1 2-2h13",
  "book-clock": "M4 4h11v6|M4 4v15h7|M21 17a4 4 0 1 1-8 0 4 4 0 0 1 8 0z|M17 15v2l1.5 1",
  bug: "M8 9h8v6a4 4 0 0 1-8 0z|M9 9a3 3 0 0 1 6 0|M4 8l4 3|M20 8l-4 3|M3 14h5|M21 14h-5|M5 20l3.5-3|M19 20l-3.5-3",
  calendar: "M4 6h16v14H4z|M4 10h16|M8 3v4|M16 3v4",
  chart: "M4 4v16h16|M8 15l3-4 3 2 5-6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  "check-circle": `${ring}|M8 12.3l2.8 2.7L16 9.5`,
  "check-circle-filled": `!${ring}|M8 12.3l2.8 2.7L16 9.5`,
  "chevron-left": "M15 5l-7 7 7 7",
  "chevron-right": "M9 5l7 7-7 7",
  "chevron-down": "M5 9l7 7 7-7",
  "circle-question": `${ring}|M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.5|M12 16.5h.01`,
  clock: `${ring}|M12 7v5l3 2`,
  close: "M6 6l12 12|M18 6L6 18",
  compass: `${ring}|M15.5 8.5l-2 5-5 2 2-5z`,
  confetti: "M4 20l4-11 7 7z|M14 4v3|M19 5l-2 2|M20 11h-3|M12 9c1-2 3-3 5-2",
  copy: "M9 9h11v11H9z|M15 9V4H4v11h5",
  cube: "M12 3l8 4.5v9L12 21l-8-4.5v-9z|M4 7.5l8 4.5 8-4.5|M12 12v9",
  desktop: "M3 5h18v11H3z|M9 20h6|M12 16v4",
  document: `${page}|M9 12h6|M9 16h6`,
  dot: "!M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  "dots-horizontal":
    "!M5 10.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z|!M12 10.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z|!M19 10.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z",
  "dots-vertical":
    "!M12 3.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z|!M12 10.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z|!M12 17.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z",
  "empty-circle": ring,
  "external-link": "M14 4h6v6|M20 4l-9 9|M18 14v6H4V6h6",
  eye: "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7z|M15 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0z",
  globe: `${ring}|M3 12h18|M12 3c3 3 4 6 4 9s-1 6-4 9c-3-3-4-6-4-9s1-6 4-9z`,
  keys: "M12 15a4 4 0 1 1-8 0 4 4 0 0 1 8 0z|M11 12l9-9|M16 7l3 3",
  lab: "M9 3h6|M10 3v6l-5 10a1.5 1.5 0 0 0 1.5 2h11a1.5 1.5 0 0 0 1.5-2L14 9V3|M7.5 15h9",
  images: "M7 3h14v14H7z|M3 7v14h14|M7 14l4-4 4 4 2-2 4 4",
  info: `${ring}|M12 11v5|M12 7.5h.01`,
  lifesaver: `${ring}|M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z|M5.6 5.6l3.6 3.6|M14.8 14.8l3.6 3.6|M18.4 5.6l-3.6 3.6|M9.2 14.8l-3.6 3.6`,
  lightbulb: bulb,
  mail: "M3 6h18v13H3z|M3 7l9 7 9-7",
  "map-pin": "M12 21c-5-5-7-8-7-11a7 7 0 0 1 14 0c0 3-2 6-7 11z|M14.5 10a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  maps: "M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2z|M9 4v14|M15 6v14",
  mobile: "M7 3h10v18H7z|M11 18h2",
  name: "M3 6h18v12H3z|M10 11a2 2 0 1 1-4 0 2 2 0 0 1 4 0z|M5 16c.5-1.5 1.5-2 3-2s2.5.5 3 2|M14 10h4|M14 14h4",
  notebook: "M6 3h13v18H6z|M3 7h4|M3 12h4|M3 17h4|M10 3v18",
  "notebook-pencil": "M17 10V3H5v18h7|M3 8h3|M3 16h3|M20 12l2 2-6 6-3 1 1-3z",
  "page-blank": page,
  paperclip: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.5 8.5a2 2 0 0 1-3-3L14 7",
  phone: "M5 3h4l2 5-2.5 1.5a12 12 0 0 0 6 6L16 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2z",
  play: "M7 4l13 8-13 8z",
  plus: "M12 5v14|M5 12h14",
  profile: `${ring}|M15 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0z|M6 18.5c1-2.5 3-3.5 6-3.5s5 1 6 3.5`,
  "profile-card": "M4 4h16v16H4z|M14.5 9.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z|M8 17c.5-2 2-3 4-3s3.5 1 4 3",
  quote: "M5 17c3-1 4-3 4-6H5V6h6v5c0 4-2 6-6 8z|M14 17c3-1 4-3 4-6h-4V6h6v5c0 4-2 6-6 8z",
  reload: "M20 12a8 8 0 1 1-2.5-5.8|M20 4v5h-5",
  star,
  "star-filled": `!${star}`,
  search: "M17 10.5a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0z|M15.5 15.5L21 21",
  sparkle,
  "sparkle-double": "M10 5l1.5 5.5L17 12l-5.5 1.5L10 19l-1.5-5.5L3 12l5.5-1.5z|M18 3v4|M16 5h4|M19 17v4|M17 19h4",
  "square-code": `${frame}|M10 9l-3 3 3 3|M14 9l3 3-3 3`,
  "square-image": `${frame}|M4 16l5-5 4 4 2-2 5 5|M15 9h.01`,
  "square-text": `${frame}|M8 9h8|M8 13h8|M8 17h4`,
  suitcase: "M3 8h18v12H3z|M9 8V5h6v3|M3 13h18",
  "settings-slider": wheel,
  "thumb-up": "M7 11l4-8a2.5 2.5 0 0 1 2 3l-1 4h7a2 2 0 0 1 2 2.3l-1.2 6A2 2 0 0 1 17.8 20H7z|M7 11H3v9h4",
  "thumb-down": "M7 13l4 8a2.5 2.5 0 0 0 2-3l-1-4h7a2 2 0 0 0 2-2.3l-1.2-6A2 2 0 0 0 17.8 4H7z|M7 13H3V4h4",
  tool: "M14 6a5 5 0 0 1 6.5-1.5L17 8l-1 0v-1l3-3M20.5 4.5A5 5 0 0 1 14 11l-7.5 8.5a2.1 2.1 0 0 1-3-3L12 9a5 5 0 0 1 2-3",
  user: person,
  warning: "M12 4l9.5 16.5h-19z|M12 10v4.5|M12 17.5h.01",
  wreath:
    "M9 20C4 18 3 12 6 5|M15 20c5-2 6-8 3-15|M5 9l3 1|M4.5 13l3.5-.5|M6 17l2.5-2|M19 9l-3 1|M19.5 13l-3.5-.5|M18 17l-2.5-2",
  write: pen,
  "write-alt": `${pen}|M13 20h8`,
  "write-alt2": "M12 4H4v16h16v-8|M18.5 3l2.5 2.5L12.5 14 9 15l1-3.5z",
};

/** Whether there is a sign of this name. */
export const hasIcon = (name) => Object.hasOwn(STROKES, name);

/** The sign of a name, `lucide:` and `vendor:` names by what follows. For the eye only: whoever uses it says it in words. */
export function icon(name, props = {}) {
  const known = typeof name === "string" ? name.replace(/^(lucide|vendor):/, "") : "";
  const strokes = (hasIcon(known) ? STROKES[known] : STROKES.dot).split("|");
  const paths = strokes.map((stroke) =>
    svg("path", stroke.startsWith("!") ? { d: stroke.slice(1), fill: "currentColor" } : { d: stroke }),
  );
  const filled = strokes.length === 2 && strokes[0].startsWith("!");
  const sheet = { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", ...props };
  return svg("svg", { ...sheet, class: `pg-icon${filled ? " pg-filled" : ""} ${props.class ?? ""}`.trim() }, ...paths);
}

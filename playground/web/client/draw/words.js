// Our own words. English is the key; `{name}` is filled in.

/** The words in other languages: language → English → translation. */
export const words = {};

/** The text with its `{names}` replaced by the values. */
export const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/** A translator for a locale such as "de-AT": what is not translated stays English. */
export function translator(locale) {
  const known = words[String(locale ?? "en").toLowerCase().split("-")[0]] ?? {};
  return (text, values) => fill(known[text] ?? text, values);
}

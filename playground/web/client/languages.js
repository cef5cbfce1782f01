// Which language is spoken, and our words in it. The key of a text is the English one.

import { words as drawn } from "./draw/index.js";
import de from "./words/de.js";
import es from "./words/es.js";
import fr from "./words/fr.js";
import ur from "./words/ur.js";
import zh from "./words/zh.js";

const WORDS = { en: {}, de, fr, es, zh, ur };
const RIGHT_TO_LEFT = new Set(["ur", "ar", "fa", "he"]);

/** The languages there are, by their own names. */
export const names = { en: "English", de: "Deutsch", fr: "Français", es: "Español", zh: "中文", ur: "اردو" };

/** The first of the wanted languages, such as `de-CH`, that there is; else English. */
export function best(wanted) {
  for (const tag of wanted ?? []) {
    const language = String(tag).toLowerCase().split("-")[0];
    if (Object.hasOwn(WORDS, language)) return language;
  }
  return "en";
}

export function rtl(language) {
  return RIGHT_TO_LEFT.has(language);
}

/** t(text, values) → the text in the language, with its {names} filled in. */
export function translator(language) {
  const words = { ...drawn?.[language], ...WORDS[language] };
  return (text, values = {}) =>
    (words[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

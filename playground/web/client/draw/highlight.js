// Colours in code: comments, strings, numbers and words that most languages reserve. One pattern for all languages; it
// is a help for the eye, not a parser.

import { el } from "./dom.js";

const LIMIT = 40_000; // characters; longer code stays plain
const HASHED = /^(py|python|sh|bash|zsh|shell|rb|ruby|ya?ml|toml|r|perl|dockerfile|make|makefile|conf|ini|console)$/i;
const SQL = /^(sql|lua|haskell|hs|elm|ada)$/i;
const PLAIN = /^(|text|txt|plain|plaintext|markdown|md|diff|log|output)$/i;
const WORDS = new Set(
  `and as async await break case catch class const continue def default del delete do elif else enum except export extends
  false finally fn for from func function global go if impl import in instanceof interface is lambda let match module mut
  namespace new nil none not null or package pass private protected pub public raise return self static struct super switch
  then this throw trait true try type typeof undefined use using var void while with yield select where join on group by
  order insert update into values create table True False None fi done echo local`.split(/\s+/),
);
const STRINGS =
  String.raw`"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|` + "`(?:\\\\.|[^`\\\\])*`";

function pattern(language) {
  const comment = HASHED.test(language)
    ? "#[^\\n]*"
    : SQL.test(language)
      ? "--[^\\n]*"
      : "//[^\\n]*|/\\*[\\s\\S]*?\\*/|<!--[\\s\\S]*?-->";
  return new RegExp(`(${comment})|(${STRINGS})|\\b(\\d[\\w.]*)\\b|\\b([A-Za-z_]\\w*)\\b`, "g");
}

/** The code as texts and coloured spans. */
export function highlight(code, language) {
  if (PLAIN.test(language) || code.length > LIMIT) return [code];
  const parts = [];
  let end = 0;
  for (const found of code.matchAll(pattern(language))) {
    const kind = kindOf(found);
    if (!kind) continue;
    parts.push(code.slice(end, found.index), el("span", { class: `pg-c-${kind}` }, found[0]));
    end = found.index + found[0].length;
  }
  return [...parts, code.slice(end)];
}

function kindOf([, comment, string, numeral, word]) {
  if (comment) return "comment";
  if (string) return "string";
  if (numeral) return "number";
  return WORDS.has(word) ? "word" : "";
}

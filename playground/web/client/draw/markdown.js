// Markdown as elements. Parsed by marked, sanitised by DOMPurify with a short list of what may be; what a model writes
// as HTML is shown as it is written. A text that grows is rendered anew from its last blocks on only.

import DOMPurify from "../vendor/dompurify.js";
import { Lexer, Marked, Parser } from "../vendor/marked.js";
import { dress } from "./dress.js";
import { el, live, morphChildren, settle } from "./dom.js";
import { link, text as plain } from "./safe.js";

const TAGS = [
  "p br hr h3 h4 h5 h6 blockquote ul ol li pre code em strong del a table thead tbody tr th td input",
  "sub sup kbd b i u s mark",
].flatMap((names) => names.split(" "));
const TAG = /^<\/?(br|sub|sup|kbd|b|i|u|s|mark)\s*\/?>$/i; // HTML that may stay HTML
const BEHIND = 2; // so many blocks at the end may still change when text is added
const LIMIT = 400_000; // characters; what is longer is shown as plain text

const purifier = DOMPurify(window);
purifier.setConfig({
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ["href", "title", "align", "type", "checked", "start", "class"],
  ADD_URI_SAFE_ATTR: ["align", "type", "checked", "start"],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
});

const escape = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const html = ({ text, block }) => {
  if (TAG.test(text.trim())) return text;
  return block ? `<p>${escape(text.trim()).replaceAll("\n", "<br>")}</p>` : escape(text);
};
const parser = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html,
    heading({ tokens, depth }) {
      const level = Math.min(depth + 2, 6);
      return `<h${level} class="pg-h${depth}">${this.parser.parseInline(tokens)}</h${level}>`;
    },
    // A picture of a foreign host tells it who reads, so it is only linked.
    image({ href, text }) {
      const target = link(href);
      return target ? `<a href="${escape(target)}">${escape(text || target)}</a>` : escape(text || "");
    },
  },
});

/**
 * An element that shows `source` as Markdown, to be redrawn with more text. `options`: `t` (translator), `mark` (number
 * → element, for the signs of `withSigns`), `open` (it is still written).
 */
export function markdown(source, options = {}) {
  const t = options.t ?? ((words) => words);
  const value = { source: plain(source, LIMIT).replace(/\r\n?/g, "\n"), ...options, t };
  return live("div", { class: "pg-md", dir: "auto" }, value, fill);
}

const filled = new WeakMap(); // element → {source, blocks: [{raw, html, element}]}

function fill(element, value) {
  const was = filled.get(element) ?? { source: "", blocks: [] };
  const grows = value.open && was.source && value.source.startsWith(was.source);
  if (value.source === was.source && value.open === was.open) return;
  const kept = grows ? was.blocks.slice(0, -BEHIND) : [];
  const from = kept.reduce((length, { raw }) => length + raw.length, 0);
  const blocks = [...kept];
  for (const made of blocksOf(value.source.slice(from))) blocks.push(take(was.blocks[blocks.length], made, value));
  for (const { element: old } of was.blocks.slice(blocks.length)) old.remove();
  blocks.slice(kept.length).forEach(({ element: block }) => {
    if (block.parentNode !== element) element.append(block);
  });
  filled.set(element, { source: value.source, open: value.open, blocks });
}

function blocksOf(source) {
  const tokens = new Lexer(parser.defaults).lex(source);
  const joined = tokens.map((token) => token.raw).join("") === source; // or a kept block would not end where it ended
  return joined
    ? tokens.map((token) => ({ raw: token.raw, html: Parser.parse([token], parser.defaults) }))
    : [whole(source, tokens)];
}

const whole = (source, tokens) => ({ raw: source, html: Parser.parse(tokens, parser.defaults) });

// The block that is there, if it says the same; else it is made to look as the new one.
function take(old, made, value) {
  if (old && old.html === made.html) return { ...old, raw: made.raw };
  const fresh = el("div", { class: "pg-block" }, dress(purifier.sanitize(made.html), value));
  if (!old) {
    settle(fresh);
    return { ...made, element: fresh };
  }
  morphChildren(old.element, fresh);
  settle(old.element);
  return { ...made, element: old.element };
}

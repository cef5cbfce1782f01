// Finishes sanitised Markdown: links lead outside, code gets its language and a copy button, wide tables scroll, the
// signs of sources become marks.

import { copyButton } from "./copy.js";
import { highlight } from "./highlight.js";
import { el } from "./dom.js";
import { link, outward } from "./safe.js";
import { SIGNS } from "./marks.js";

/** Changes the fragment in place and returns it. `options`: `t`, `mark` (number → element). */
export function dress(fragment, { t, mark }) {
  for (const anchor of fragment.querySelectorAll("a")) dressLink(anchor);
  for (const input of fragment.querySelectorAll("input")) dressTick(input, t);
  for (const pre of fragment.querySelectorAll("pre")) dressCode(pre, t);
  for (const table of fragment.querySelectorAll("table")) dressTable(table, t);
  dressSigns(fragment, mark);
  return fragment;
}

function dressLink(anchor) {
  const href = link(withoutSigns(decodeSigns(anchor.getAttribute("href") ?? "")));
  anchor.removeAttribute("class");
  if (!href) anchor.replaceWith(...anchor.childNodes);
  else {
    for (const [name, value] of Object.entries(outward(href))) anchor.setAttribute(name, value);
    anchor.title = href;
  }
}

const decodeSigns = (href) => href.replaceAll("%EF%BF%BC", "\uFFFC");
const withoutSigns = (text) => text.replace(new RegExp(SIGNS, "g"), "");

function dressTick(input, t) {
  const on = input.hasAttribute("checked");
  input.parentElement?.classList.add("pg-task-line");
  input.replaceWith(
    el("span", { class: "pg-tick", role: "img", "data-on": on, "aria-label": on ? t("done") : t("to do") }),
  );
}

function dressCode(pre, t) {
  const code = pre.querySelector("code");
  const language = /language-([\w+#.-]{1,24})/.exec(code?.className ?? "")?.[1] ?? "";
  const words = withoutSigns((code ?? pre).textContent).replace(/\n$/, "");
  const body = el("pre", { tabindex: "0", dir: "ltr" }, el("code", {}, highlight(words, language)));
  const head = el(
    "figcaption",
    {},
    el("span", { class: "pg-lang" }, language || t("code")),
    copyButton(() => words, t),
  );
  pre.replaceWith(el("figure", { class: "pg-code" }, head, body));
}

function dressTable(table, t) {
  const box = el("div", { class: "pg-scroll", tabindex: "0", role: "group", "aria-label": t("Table") });
  table.replaceWith(box);
  box.append(table);
}

function dressSigns(fragment, mark) {
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (SIGNS.test(walker.currentNode.data)) texts.push(walker.currentNode);
  for (const node of texts) node.replaceWith(...pieces(node, mark));
}

function pieces(node, mark) {
  const inCode = node.parentElement?.closest("code");
  return node.data.split(new RegExp(SIGNS, "g")).map((piece, index) => {
    if (index % 2 === 0) return piece;
    return (inCode ? null : mark?.(Number(piece))) ?? "";
  });
}

// What the visitor said and what the agent answered.

import { attachments } from "./attachments.js";
import { el } from "./dom.js";
import { editor } from "./editor.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { withSigns } from "./marks.js";
import { row } from "./rows.js";
import { list, record, text } from "./safe.js";
import { markOf, sourceList, sourcesOf } from "./sources.js";

/** A message of the visitor: what it quotes, what is attached, its words with tags as chips. */
export function userMessage(item, c) {
  const edit = c.edit && !c.readonly ? () => c.change({ editing: true }) : null;
  if (c.state.editing && edit) return [editor(item, c)];
  const words = list(item.content).map(part);
  const quoted = text(item.quoted_text);
  return [
    attachments(list(item.attachments, 50), c),
    quoted
      ? el("blockquote", { class: "pg-quote", dir: "auto", key: "quote" }, icon("quote"), el("span", {}, quoted))
      : null,
    words.length ? el("div", { class: "pg-bubble", dir: "auto", key: "words" }, words) : null,
    row(item, c, edit),
  ];
}

function part(content) {
  const { type, text: words, group } = record(content);
  if (type !== "input_tag") return text(words);
  return el("span", { class: "pg-tag", title: text(group, 100) || null }, el("bdi", {}, text(words, 300)));
}

/** An answer: Markdown with marks, its sources below. */
export function assistantMessage(item, c) {
  const parts = list(item.content);
  const { sources, marks } = sourcesOf(parts);
  const mark = (number) => markOf(number, sources, c.t);
  const shown = parts.map((content, index) =>
    markdown(withSigns(text(record(content).text, 400_000), marks[index]), { t: c.t, mark, open: c.open }),
  );
  const empty = c.open && parts.every((content) => !text(record(content).text));
  return [
    empty
      ? el(
          "div",
          { class: "pg-dots", role: "status", "aria-label": c.t("Writing"), key: "dots" },
          el("i"),
          el("i"),
          el("i"),
        )
      : shown,
    sourceList(sources, c.t),
    row(item, c),
  ];
}

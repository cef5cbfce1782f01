// Items as plain text, for copying.

import { list, record, text } from "./safe.js";

const KINDS = {
  user_message: ({ content, quoted_text: quoted, attachments }) =>
    lines(
      quoted ? `> ${text(quoted).replaceAll("\n", "\n> ")}` : "",
      list(content)
        .map((part) => text(record(part).text))
        .join(""),
      ...list(attachments).map((file) => `[${text(record(file).name)}]`),
    ),
  assistant_message: ({ content }) => lines(...list(content).map((part) => text(record(part).text))),
  widget: ({ widget, copy_text: copy }) => text(copy) || componentText(widget),
  structured_input: ({ inputs }) => lines(...list(inputs).map(questionText)),
  client_tool_call: ({ name, arguments: given, output }) =>
    lines(text(name), json(given), output === undefined || output === null ? "" : json(output)),
  generated_image: ({ image }) => text(record(image).url).replace(/^data:.*/s, ""),
  workflow: ({ workflow }) => lines(...list(record(workflow).tasks).map(taskText)),
  task: ({ task }) => taskText(task),
  error: ({ message }) => text(message),
  notice: ({ title, message }) => lines(text(title), text(message)),
  progress: ({ text: words }) => text(words),
};

/** What an item says, as plain text; Markdown stays Markdown. Hidden kinds say nothing. */
export const plainText = (item) => KINDS[record(item).type]?.(item) ?? "";

const lines = (...parts) => parts.filter(Boolean).join("\n");
const json = (value) => JSON.stringify(value, null, 2) ?? "";

function taskText(task) {
  const { title, title_query: query, content, queries, sources } = record(task);
  const named = list(sources).map(
    (source) => text(record(source).url) || text(record(source).filename) || text(record(source).title),
  );
  return lines(text(title) || text(query), text(content), ...list(queries).map((words) => text(words)), ...named);
}

function questionText(input) {
  const { question, answer } = record(input);
  return lines(
    text(question),
    list(record(answer).values)
      .map((value) => text(value))
      .join(", "),
  );
}

/** What a widget's component says: its own words and those of what it holds. */
export function componentText(component, depth = 0) {
  if (depth > 40) return "";
  if (Array.isArray(component)) return lines(...list(component, 2000).map((child) => componentText(child, depth + 1)));
  const { value, label, alt, title, text: words, children, status, type } = record(component);
  if (typeof component === "string" || typeof component === "number") return text(component);
  const own = [value, label, words, title, type === "Image" ? alt : ""].map((word) => text(word));
  return lines(text(record(status).text), ...own, componentText(children ?? [], depth + 1));
}

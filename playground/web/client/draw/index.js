// Draws the items of a thread. Needs no page of its own: it works in a shadow root and in a page's own tree, with
// draw.css.

import { el, morph, settle } from "./dom.js";
import { clientCall } from "./calls.js";
import { generatedImage } from "./images.js";
import { assistantMessage, userMessage } from "./messages.js";
import { failure, notice, progress } from "./notices.js";
import { questions } from "./questions.js";
import { record, text } from "./safe.js";
import { widget } from "./widget.js";
import { fill } from "./words.js";
import { singleTask, workflow } from "./workflows.js";

export { icon } from "./icons.js";
export { markdown } from "./markdown.js";
export { plainText } from "./plain.js";
export { translator, words } from "./words.js";
/** Where the style is, for a `<link rel="stylesheet">` beside the drawings. */
export const stylesheet = new URL("./draw.css", import.meta.url).href;

const KINDS = {
  user_message: userMessage,
  assistant_message: assistantMessage,
  workflow,
  task: singleTask,
  widget,
  structured_input: questions,
  generated_image: generatedImage,
  client_tool_call: clientCall,
  error: failure,
  notice,
  progress,
};

const views = new WeakMap(); // element → {item, context, state}

/**
 * The element of an item; it is hidden when its kind shows nothing. What the `context` may hold, all of it optional, and
 * what is missing is not offered: `t(words, values)`, `locale`, `open` (still written), `readonly`, `act(action, item)`,
 * `sync(action, item)`, `answer(item, input)`, `output(item, value)`, `retry(item)`, `edit(item, text)`,
 * `feedback(item, kind)` with `rating`, `branches` (`{index, count, go(step)}`), `attachmentUrl(file)`, `imageDomains`.
 */
export function drawItem(item, context = {}) {
  const view = { item, context, state: {} };
  const element = draw(view, () => element);
  views.set(element, view);
  settle(element);
  if (item?.type === "user_message") element.addEventListener("pg-edit", () => change(element, { editing: true }));
  queueMicrotask(() => focusFirst(element));
  return element;
}

// A field that asks for the focus gets it, unless its reader is busy elsewhere.
function focusFirst(element) {
  const field = element.querySelector("[data-first]");
  const at = element.ownerDocument.activeElement;
  if (!field || !element.isConnected || (at && at !== element.ownerDocument.body)) return;
  field.focus({ preventScroll: true });
  if ("select" in field.dataset) field.select?.();
}

/** Makes the element of an item show its newer state. Returns the element to use: the same one, unless the kind differs. */
export function redraw(element, item, context = {}) {
  const view = views.get(element);
  if (!view || view.item?.type !== item?.type || view.item?.id !== item?.id) return drawItem(item, context);
  Object.assign(view, { item, context });
  const fresh = draw(view, () => element);
  morph(element, fresh);
  settle(element);
  return element;
}

function draw(view, own) {
  const { item, context, state } = view;
  const type = text(record(item).type, 40).replace(/\W/g, "");
  const c = {
    ...context,
    t: context.t ?? fill,
    state,
    root: own,
    change: (patch) => change(own(), patch),
    redrawn: (newer) => redraw(own(), newer, views.get(own()).context),
  };
  const inside = Object.hasOwn(KINDS, type) ? KINDS[type](record(item), c) : null;
  const props = {
    class: `pg-item pg-${type || "unknown"}${context.open ? " pg-open" : ""}`,
    "data-id": text(item?.id, 200),
    "data-type": type,
  };
  return el("div", { ...props, hidden: inside === null }, inside);
}

// What a drawing remembers by itself: an open editor, a list that is shown in full. An editor gets the focus.
function change(element, patch) {
  const view = views.get(element);
  Object.assign(view.state, patch);
  redraw(element, view.item, view.context);
  const field = patch.editing ? element.querySelector("[data-focus]") : null;
  field?.focus();
  field?.setSelectionRange?.(field.value.length, field.value.length);
}

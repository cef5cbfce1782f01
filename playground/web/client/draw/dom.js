// Making elements and redrawing them. Every node of a drawing is made here, by name and from text, never from markup.
// A redraw draws anew and then carries the difference over to what is there (morph), so that focus, selection, what was
// typed and which folds are open stay.

const SVG = "http://www.w3.org/2000/svg";
const LOCAL = new Set(["open", "aria-busy", "inert"]); // attributes of the one who looks, not of the drawing
const notes = new WeakMap(); // node → {key, on, style, opened, live}
const waiting = new Set(); // live elements that have not been filled yet

const note = (node) => notes.get(node) ?? {};

/**
 * An element. `props`: attributes by name, and `on` (listeners by event), `style` (CSS properties), `key` (identity
 * among its siblings), `open` (of a fold, until its reader touches it). `children`: nodes, texts, lists of them; null is
 * left out.
 */
export function el(tag, props = {}, ...children) {
  return make(document.createElement(tag), props ?? {}, children);
}

/** An SVG element, as `el`. */
export function svg(tag, props = {}, ...children) {
  return make(document.createElementNS(SVG, tag), props ?? {}, children);
}

/**
 * An element that fills itself: `apply(element, value)` is called when it is in place, and again on every redraw.
 * Its children are its own; a redraw does not look into it.
 */
export function live(tag, props, value, apply) {
  const node = el(tag, props);
  notes.get(node).live = { value, apply };
  waiting.add(node);
  return node;
}

/** Fills the live elements within `root`. To be called after drawing, and after morphing. */
export function settle(root) {
  while (waiting.size) {
    const [node] = waiting;
    waiting.delete(node);
    const {
      live: { value, apply },
    } = notes.get(node);
    if (root.contains(node)) apply(node, value);
  }
}

function make(node, { on = {}, style = {}, key, open, ...attributes }, children) {
  notes.set(node, { key, on: {}, style: {}, opened: Boolean(open) });
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  if (open) node.setAttribute("open", "");
  restyle(node, style);
  listen(node, on);
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(node, child);
    else if (child instanceof Node) node.append(child);
    else if (child !== "") node.append(document.createTextNode(String(child)));
  }
}

function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  node.setAttribute(name, value === true ? "" : String(value));
}

// One listener per event and node asks for the handler that holds now: a redraw only exchanges the handler.
function listen(node, on) {
  const known = notes.get(node).on;
  for (const type of Object.keys(on)) {
    if (!(type in known)) node.addEventListener(type, (event) => notes.get(node).on[type]?.(event));
  }
  for (const type of Object.keys(known)) if (!on[type]) known[type] = undefined;
  Object.assign(known, on);
}

// Through the object model and not as an attribute, which a strict content security policy forbids.
function restyle(node, style) {
  const was = notes.get(node).style;
  for (const name of Object.keys(was)) if (!(name in style)) node.style.removeProperty(name);
  for (const [name, value] of Object.entries(style)) if (was[name] !== value) node.style.setProperty(name, value);
  notes.get(node).style = style;
}

/** Makes `old` look as `fresh` does, with as few changes as needed. Returns the node that is in place. */
export function morph(old, fresh) {
  if (!alike(old, fresh)) {
    old.replaceWith(fresh);
    return fresh;
  }
  if (old.nodeType === Node.TEXT_NODE) retext(old, fresh.data);
  else morphElement(old, fresh);
  return old;
}

function alike(old, fresh) {
  const [was, now] = [note(old), note(fresh)];
  const drawn = notes.has(old) === notes.has(fresh); // or it came from Markdown, and has no handlers to take over
  return drawn && old.nodeName === fresh.nodeName && was.key === now.key && was.live?.apply === now.live?.apply;
}

// A text that grew is appended to: then a selection in it stays.
function retext(node, text) {
  if (node.data === text) return;
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else node.data = text;
}

function morphElement(old, fresh) {
  if (notes.has(old) && notes.has(fresh)) carry(old, fresh);
  for (const { name } of [...old.attributes]) {
    if (!isLocal(name) && name !== "style" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!isLocal(name) && name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const { live: filled } = note(old);
  if (filled) {
    filled.value = note(fresh).live.value;
    waiting.delete(fresh);
    filled.apply(old, filled.value);
  } else morphChildren(old, fresh);
}

const isLocal = (name) => LOCAL.has(name) || name.startsWith("data-pg-");

function carry(old, fresh) {
  const [was, now] = [notes.get(old), notes.get(fresh)];
  restyle(old, now.style);
  listen(old, now.on);
  if (was.opened !== now.opened && !("pgTouched" in old.dataset)) old.toggleAttribute("open", now.opened);
  was.opened = now.opened;
}

/** Makes the children of `old` look as those of `fresh`. */
export function morphChildren(old, fresh) {
  const pool = [...old.childNodes];
  const pairs = [...fresh.childNodes].map((child) => {
    const at = pool.findIndex((node) => alike(node, child));
    return [child, at < 0 ? null : pool.splice(at, 1)[0]];
  });
  for (const node of pool) node.remove();
  let place = old.firstChild;
  for (const [child, match] of pairs) {
    if (match && match === place) {
      place = place.nextSibling;
      morph(match, child);
    } else {
      old.insertBefore(match ?? child, place);
      if (match) morph(match, child);
    }
  }
}

/** A fold: a `<details>` that remembers that its reader opened or closed it. */
export function fold(props, summary, ...children) {
  const touch = (event) => event.currentTarget.parentElement.setAttribute("data-pg-touched", "");
  return el("details", props, el("summary", { on: { click: touch } }, summary), ...children);
}

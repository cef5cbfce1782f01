// Puts the numbers of sources into a Markdown text, where the annotations say, without breaking its markup.

const SIGN = "\uFFFC"; // "object replacement character": punctuation to Markdown, and in no text that a model writes
const SPANS = /`[^`\n]*`|\]\([^)\n]*\)|https?:\/\/[^\s)>\]]+|<[^>\n]*>/g; // must stay whole
const FENCE = /^ {0,3}(`{3,}|~{3,})[^\n]*\n?/gm;

/** Finds the signs in a rendered text; the number is the first group. */
export const SIGNS = /\uFFFC(\d{1,4})\uFFFC/;

/**
 * The text with a sign for each mark. `marks`: `{index, number}`, where the index counts characters of the text (code
 * points) that come before the mark. A mark in a block of code that is still written is left out.
 */
export function withSigns(text, marks) {
  let signed = text.replaceAll(SIGN, "\uFFFD");
  if (!marks.length || !text.trim()) return signed;
  const fences = fencesOf(signed);
  const placed = marks.map(({ index, number }) => [placeOf(signed, unitsOf(signed, index), fences), number]);
  placed.sort(([a, m], [b, n]) => b.at - a.at || n - m);
  for (const [{ at, apart }, number] of placed) {
    if (at < 0) continue;
    const sign = `${SIGN}${number}${SIGN}`;
    signed = signed.slice(0, at) + (apart ? `\n\n${sign}\n\n` : sign) + signed.slice(at);
  }
  return signed;
}

// Characters beyond U+FFFF take two units in a string here, and one in Python.
function unitsOf(text, index) {
  let at = 0;
  for (let count = 0; count < index && at < text.length; count += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

function fencesOf(text) {
  const found = [];
  let open = null;
  for (const line of text.matchAll(FENCE)) {
    if (!open) open = { start: line.index, sign: line[1], end: -1 };
    else if (line[1].startsWith(open.sign)) {
      found.push({ ...open, end: line.index + line[0].length });
      open = null;
    }
  }
  return open ? [...found, open] : found;
}

function placeOf(text, index, fences) {
  let at = beforeSpace(text, index);
  const fence = fences.find(({ start, end }) => at > start && (end < 0 || at < end));
  if (fence) return { at: fence.end, apart: true };
  let line = lineAt(text, at);
  while (at > 0 && /^[\s|:=*_-]*$/.test(line.text)) {
    // A ruler, an underline or what stands between the head and the rows of a table
    at = beforeSpace(text, line.start);
    line = lineAt(text, at);
  }
  if (line.text.includes("|")) while (at > line.start && /[\s|]/.test(text[at - 1])) at -= 1;
  if (/^[\s>|]*([-*+#]+|\d+[.)])?\s*$/.test(text.slice(line.start, at))) at = line.start + line.text.trimEnd().length;
  return { at: afterSpan(line, at), apart: false };
}

function beforeSpace(text, at) {
  let end = at;
  while (end > 0 && /\s/.test(text[end - 1])) end -= 1;
  return end;
}

function lineAt(text, at) {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  return { start, text: text.slice(start, end < 0 ? text.length : end) };
}

function afterSpan({ start, text }, at) {
  for (const span of text.matchAll(SPANS)) {
    const [from, to] = [start + span.index, start + span.index + span[0].length];
    if (at > from && at < to) return to;
  }
  return at;
}

// What components are made of. Text goes in with textContent; markup is our own server's, and goes in by `put` alone.
const ICONS = {
  add: 'M12 5v14M5 12h14',
  attach: 'M20 11.5l-8.4 8.4a5.5 5.5 0 0 1-7.8-7.8l8.6-8.6a3.7 3.7 0 0 1 5.2 5.2l-8.6 8.6a1.8 1.8 0 0 1-2.6-2.6l7.9-7.9',
  again: 'M4 12a8 8 0 1 0 2.4-5.7M4 4v4.5h4.5',
  close: 'M6 6l12 12M18 6L6 18',
  compare: 'M9 4H4v16h5M15 4h5v16h-5M12 2v20',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  down: 'M12 5v14M6 13l6 6 6-6',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  eye: 'M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7-10-7-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
  fork: 'M7 8v8M7 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 8c0 5-10 3-10 8',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  next: 'M9 5l7 7-7 7',
  onward: 'M4 6l7 6-7 6zM13 6l7 6-7 6z',
  open: 'M6 9l6 6 6-6',
  previous: 'M15 5l-7 7 7 7',
  send: 'M12 19V5M6 11l6-6 6 6',
  speak: 'M12 4a3 3 0 0 0-3 3v4a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  spread: 'M4 20V10M10 20V4M16 20v-7M20 20H3',
  stand: 'M4 7h11l-3-3M20 17H9l3 3',
  stop: 'M7 7h10v10H7z',
};

function make(tag, className = '', text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// A fold that was opened stays open, and the keyboard where it was.
function put(place, html) {
  const folds = [...place.querySelectorAll('details')];
  const focused = folds.findIndex((fold) => fold.contains(document.activeElement));
  place.innerHTML = html;
  if (!folds.length) return;
  place.querySelectorAll('details').forEach((fold, at) => {
    if (folds[at]) fold.open = folds[at].open;
    if (at === focused) fold.querySelector('summary')?.focus({ preventScroll: true });
  });
}

// Most of what comes is a few more words at the end: they are put behind the last ones, and all else is left alone.
const ENDS = /(<\/[a-z0-9]+>\s*)+$/;
function grow(place, before, after) {
  const end = before?.match(ENDS)?.[0];
  const start = end && before.slice(0, -end.length);
  if (!end || !/[^\s>]$/.test(start) || !after.startsWith(start) || !after.endsWith(end)) return false;
  const words = after.slice(start.length, after.length - end.length);
  if (/[<&]/.test(words)) return false;
  let last = place;
  while (last.lastChild) {
    last = last.lastChild;
    if (last.nodeType === Node.TEXT_NODE && !last.data.trim() && last.previousSibling) last = last.previousSibling;
  }
  if (last.nodeType !== Node.TEXT_NODE) return false;
  last.appendData(words);
  return true;
}

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

function button(className, text, name, act) {
  const made = make('button', className, text);
  made.type = 'button';
  if (name) made.setAttribute('aria-label', name);
  if (act) made.addEventListener('click', act);
  return made;
}

function sign(name, label, act) {
  const made = button('sign ' + name, undefined, label, act);
  made.title = label;
  made.append(icon(name));
  return made;
}

function field(label, input, hint) {
  const made = make('label', 'field');
  // By itself a label around a select would also name what can be chosen.
  (input.input ?? input).setAttribute('aria-label', label);
  made.append(make('span', '', label), input);
  if (hint) made.append(make('small', '', hint));
  return made;
}

// Options are [value, text] pairs. One that is chosen and not among them is still shown.
function choose(select, options, value) {
  const known = options.some(([one]) => one === value) || value == null;
  const wanted = known ? options : [...options, [value, value]];
  const now = JSON.stringify(wanted);
  if (select.dataset.options !== now) {
    select.dataset.options = now;
    select.replaceChildren(...wanted.map(([one, text]) => new Option(text, one)));
  }
  if (value != null && select.value !== value) select.value = value;
  return select;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const had = document.activeElement;
    const area = document.body.appendChild(make('textarea'));  // a page without TLS has no clipboard of its own
    area.value = text;
    area.select();
    document.execCommand('copy');
    area.remove();
    had?.focus({ preventScroll: true });
  }
}

// Text with a list to choose from. `names` are pairs of what is filled in and what is said of it. Where nothing else
// may be asked, the list alone.
let lists = 0;
function typed(names, value = '', free = true) {
  const made = make('span', 'typed');
  if (!free) {
    made.input = make('select');
    made.offer = (pairs) => made.input.replaceChildren(...pairs.map(([name, text]) => new Option(text, name)));
    made.offer(names);
    made.input.value = value;
    made.append(made.input);
    return made;
  }
  const input = make('input');
  const list = make('datalist');
  list.id = 'names-' + (lists += 1) + '-' + Math.random().toString(36).slice(2);
  input.setAttribute('list', list.id);
  input.value = value;
  input.autocomplete = 'off';
  input.spellcheck = false;
  made.offer = (pairs) => list.replaceChildren(...pairs.map(([name, text]) => {
    const option = new Option(text, name);
    if (text !== name) option.label = text;
    return option;
  }));
  made.input = input;
  made.offer(names);
  made.append(input, list);
  return made;
}

// How far a lane is with what it does by itself. `send` is told what the visitor wants of it.
function progress(place, script, send) {
  const shown = JSON.stringify(script ?? null);
  if (shown === place.dataset.shown) return;
  place.dataset.shown = shown;
  place.hidden = !script;
  const focused = place.contains(document.activeElement);
  place.replaceChildren();
  if (!script) return;
  const what = script.kind === 'replay' ? 'Replay' : 'Repeat';
  const bar = make('progress');
  bar.max = script.total;
  bar.value = script.done;
  bar.setAttribute('aria-label', what);
  const turn = script.paused
    ? button('', 'Go on', what + ': go on', () => send('go_on'))
    : button('', 'Pause', what + ': pause', () => send('pause'));
  const drop = button('', 'Drop', what + ': drop', () => send('drop_script'));
  const text = `${what}: ${script.done} of ${script.total}${script.paused ? ', paused' : ''}`;
  place.append(bar, make('span', '', text), turn, drop);
  if (script.note) place.append(make('small', '', script.note));
  if (focused) turn.focus({ preventScroll: true });
}

// Scripts of the page speak to each other through the document.
function tell(what, detail) {
  document.dispatchEvent(new CustomEvent('playground:' + what, { detail }));
}

function hear(what, act) {
  document.addEventListener('playground:' + what, (event) => act(event.detail));
}

// One small window at a time, beside what opened it: a menu, a form or a question.
let popped = null;

function shut(back = true) {
  if (!popped) return;
  const { made, anchor } = popped;
  popped = null;
  anchor.setAttribute('aria-expanded', 'false');
  const inside = made.contains(document.activeElement);
  made.remove();
  if (back && inside) anchor.focus({ preventScroll: true });
}

function place(made, anchor) {
  const from = anchor.getBoundingClientRect();
  const own = made.getBoundingClientRect();
  const right = innerWidth - own.width - 8;
  const below = from.bottom + 6 + own.height <= innerHeight - 8;
  made.style.left = Math.max(8, Math.min(from.left, right)) + 'px';
  made.style.top = Math.max(8, below ? from.bottom + 6 : Math.min(from.top, innerHeight - 8) - own.height - 6) + 'px';
}

function pop(anchor, label, kind) {
  const again = popped?.anchor === anchor;
  shut();
  if (again) return null;
  const made = make('div', 'pop ' + kind);
  made.setAttribute('aria-label', label);
  made.popover = 'manual';
  anchor.setAttribute('aria-expanded', 'true');
  popped = { made, anchor };
  // Not in the component: that may be hidden.
  (document.querySelector('.gradio-container') ?? document.body).append(made);
  return made;
}

function show(made) {
  made.showPopover();
  place(made, popped.anchor);
  made.querySelector('[autofocus], input, select, textarea, button:not([disabled]), a')?.focus({ preventScroll: true });
}

document.addEventListener('pointerdown', (event) => {
  if (popped && !popped.made.contains(event.target) && !popped.anchor.contains(event.target)) shut(false);
}, true);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !popped) return;
  event.preventDefault();  // elsewhere it stops the run
  event.stopPropagation();
  popped.made.contains(document.activeElement) || popped.anchor.focus();
  shut();
}, true);
addEventListener('resize', () => popped && place(popped.made, popped.anchor));

function item({ text, hint, act, href, danger, off, checked, kept }) {
  const made = href ? make('a', '', text) : button('', text, undefined, () => {
    if (!kept) shut();
    act();
  });
  if (href) {
    made.href = href;
    made.target = '_blank';
    made.rel = 'noopener';
    made.addEventListener('click', () => shut());
  }
  if (hint) made.append(make('small', '', hint));
  if (danger) made.classList.add('danger');
  if (off) made.disabled = true;
  made.setAttribute('role', checked === undefined ? 'menuitem' : 'menuitemcheckbox');
  if (checked !== undefined) made.setAttribute('aria-checked', String(checked));
  made.tabIndex = -1;
  return made;
}

function walk(event) {
  const all = [...event.currentTarget.querySelectorAll('[role^=menuitem]:not([disabled])')];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === 'Tab') shut();
  if (to === undefined) return;
  event.preventDefault();
  all.at(to % all.length)?.focus();
}

// Items are what `item` takes, null for none, or a text: the title of those below it.
function menu(anchor, label, items) {
  const made = pop(anchor, label, 'menu');
  if (!made) return;
  made.setAttribute('role', 'menu');
  made.addEventListener('keydown', walk);
  for (const one of items) {
    if (!one) continue;
    if (typeof one !== 'string') {
      made.append(item(one));
      continue;
    }
    const title = make('h5', '', one);
    title.setAttribute('role', 'presentation');
    made.append(title);
  }
  show(made);
}

// `parts` are elements; `act` is told when the form is sent, and keeps it open by answering false.
function form(anchor, label, parts, { does, act, danger } = {}) {
  const made = pop(anchor, label, 'asking');
  if (!made) return null;
  made.setAttribute('role', 'dialog');
  const inner = make('form');
  inner.append(make('h4', '', label), ...parts);
  if (does) {
    const last = make('div', 'last');
    const send = make('button', danger ? 'do danger' : 'do', does);
    last.append(button('', 'Cancel', undefined, () => shut()), send);
    inner.append(last);
  }
  inner.addEventListener('submit', (event) => {
    event.preventDefault();
    if (act?.() !== false && does) shut();
  });
  made.append(inner);
  show(made);
  return made;
}

function ask(anchor, label, text, does, act) {
  form(anchor, label, [make('p', '', text)], { does, act, danger: true });
}

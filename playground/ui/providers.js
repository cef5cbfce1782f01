// The providers as a row of chips: one can be picked, and each says whether it is ready.
const root = element.querySelector('.drawn');
const row = document.createElement('div');
row.className = 'chips';
row.setAttribute('role', 'radiogroup');
row.setAttribute('aria-label', 'Provider');
const note = document.createElement('p');
note.setAttribute('role', 'status');
const label = document.createElement('div');
label.className = 'chips-label';
label.append('Provider', note);
root.append(label, row);

let chosen = null;

function pick(id) {
  if (id === chosen) return;
  chosen = id;
  draw();
  row.querySelector('[aria-checked=true]')?.focus();
  trigger('provider_pick', { provider: id });
}

function keys(event) {
  const ids = offers().map((offer) => offer.id);
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  pick(ids[(ids.indexOf(chosen) + step + ids.length) % ids.length]);
}

function offers() {
  return props.value?.offers ?? [];
}

function chip(offer) {
  const made = document.createElement('button');
  const checked = offer.id === chosen;
  made.type = 'button';
  made.className = offer.available ? 'chip' : 'chip missing';
  made.textContent = offer.label;
  made.title = offer.note || offer.label;
  made.tabIndex = checked ? 0 : -1;
  made.setAttribute('role', 'radio');
  made.setAttribute('aria-checked', String(checked));
  made.setAttribute('aria-label', offer.available ? offer.label : offer.label + ' (not ready)');
  made.addEventListener('click', () => pick(offer.id));
  made.addEventListener('keydown', keys);
  return made;
}

function draw() {
  const focused = row.contains(document.activeElement);
  row.replaceChildren(...offers().map(chip));
  if (focused) row.querySelector('[aria-checked=true]')?.focus();
  row.querySelector('[aria-checked=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const shown = offers().find((offer) => offer.id === chosen);
  note.textContent = shown?.note ?? '';
  note.className = shown && !shown.available ? 'missing' : '';
  note.hidden = !note.textContent;
}

watch('value', () => {
  if (props.value?.chosen) chosen = props.value.chosen;
  draw();
});

// A closer look, beside the lanes. What is in it is the server's markup; its own words are drawn with textContent.
const root = element.querySelector('.drawn');
const VIEWS = { figures: 'Figures', words: 'Text diff', steps: 'Step diff', spread: 'Spread', ranking: 'Ranking' };
const PAIRS = ['words', 'steps'];
const LATE = 30000;      // milliseconds after which an answer is no longer waited for
let board = { lanes: [], rounds: [], votes: {} };
let asked = { view: null, n: 0 };
let from = null;         // what had the focus
let waiting = 0;

const panel = make('aside', 'closer');
panel.hidden = true;
panel.tabIndex = -1;
panel.setAttribute('role', 'dialog');
const title = make('h3');
const head = make('header');
head.append(title, sign('close', 'Close', close));
const views = make('div', 'views');
views.setAttribute('role', 'group');
views.setAttribute('aria-label', 'What to look at');
const pickers = make('div', 'pickers');
const first = picker('Lane', (id) => look({ lanes: [id, asked.lanes[1]] }));
const second = picker('with', (id) => look({ lanes: [asked.lanes[0], id] }));
const rounds = picker('Round', (round) => look({ round: round || null, item: null }));
pickers.append(first.parentElement, second.parentElement, rounds.parentElement);
const shown = make('div', 'shown reading');
shown.tabIndex = 0;      // scrolled by keyboard
panel.append(head, views, pickers, shown);
root.append(panel);

function picker(label, act) {
  const made = make('select');
  made.addEventListener('change', () => act(made.value));
  field(label, made);
  return made;
}

function close() {
  panel.hidden = true;
  asked = { view: null, n: asked.n + 1 };
  clearTimeout(waiting);
  delete document.body.dataset.analysis;
  from?.isConnected && from.focus({ preventScroll: true });
}

function open(wanted) {
  if (panel.hidden) from = document.activeElement;
  panel.hidden = false;
  document.body.dataset.analysis = 'yes';
  shown.replaceChildren();
  look(wanted);
  panel.focus({ preventScroll: true });
}

function pair([one, two] = []) {
  const ids = board.lanes.map((lane) => lane.id);
  const a = ids.includes(one) ? one : ids[0];
  const b = ids.includes(two) && two !== a ? two : ids.find((id) => id !== a) ?? null;
  return [a ?? null, b];
}

// `change` says what differs from what was asked for last.
function look(change, quiet = false) {
  const next = { ...asked, ...change };
  asked = { ...next, lanes: pair(next.lanes), tab: board.tab, n: asked.n + 1 };
  drawHead();
  if (!quiet) busy(true);
  clearTimeout(waiting);
  waiting = setTimeout(() => tellOff('No answer came. Please try again.'), LATE);
  const { view, tab, lanes, round = null, item = null, id, n } = asked;
  trigger('analyse', { view, tab, lanes, round, item, n, ...(id ? { id } : {}) });
}

function busy(on) {
  panel.setAttribute('aria-busy', String(on));
  if (!on || shown.children.length) return;
  const lines = make('div', 'loading');
  lines.append(...Array.from({ length: 5 }, () => make('i')));
  lines.setAttribute('role', 'status');
  lines.setAttribute('aria-label', 'Loading');
  shown.replaceChildren(lines);
}

function tellOff(text) {
  busy(false);
  const note = make('p', 'nothing-yet', text);
  note.setAttribute('role', 'status');
  shown.replaceChildren(note);
}

function drawHead() {
  const { view, lanes, round } = asked;
  title.textContent = VIEWS[view] ?? (view === 'share' ? 'Share' : 'Shared comparisons');
  panel.setAttribute('aria-label', title.textContent);
  views.hidden = !VIEWS[view];
  if (!views.children.length) {
    views.append(...Object.entries(VIEWS).map(([name, text]) => {
      const made = button('', text, undefined, () => look({ view: name, item: null }));
      made.dataset.view = name;
      return made;
    }));
  }
  for (const one of views.children) {
    one.setAttribute('aria-pressed', String(one.dataset.view === view));
    one.hidden = PAIRS.includes(one.dataset.view) && board.lanes.length < 2;
  }
  const names = board.lanes.map((lane) => [lane.id, lane.name]);
  choose(first, names, lanes[0] ?? undefined);
  choose(second, names.filter(([id]) => id !== lanes[0]), lanes[1] ?? undefined);
  const turns = board.rounds.map((id, at) => [id, String(at + 1)]).reverse();
  choose(rounds, view === 'figures' ? [['', 'All'], ...turns] : turns, round ?? (view === 'figures' ? '' : turns[0]?.[0]));
  first.parentElement.hidden = !PAIRS.includes(view) && view !== 'spread';
  second.parentElement.hidden = !PAIRS.includes(view);
  rounds.parentElement.hidden = !turns.length || !['figures', 'words', 'steps', 'spread'].includes(view);
}

watch('value', () => {
  const { title: called, html, error, asked: what } = props.value ?? {};
  if (panel.hidden || what?.n !== asked.n) return;
  clearTimeout(waiting);
  if (called) title.textContent = called;
  panel.setAttribute('aria-label', title.textContent);
  if (error || !html) return tellOff(error || 'Nothing to show yet. Ask the lanes something first.');
  shown.querySelector('.loading, .nothing-yet')?.remove();
  put(shown, html);
  busy(false);
});

// A round that ended while it is looked at is drawn again, and so is what a vote changed.
hear('board', ({ board: now }) => {
  const before = board;
  board = now;
  if (panel.hidden) return;
  if (before.tab !== board.tab) return close();
  const ended = before.lanes.some((lane) => lane.live && !board.lanes.find((one) => one.id === lane.id)?.live);
  const voted = JSON.stringify(before.votes) !== JSON.stringify(board.votes);
  const apart = before.lanes.length !== board.lanes.length || before.rounds.length !== board.rounds.length;
  if (asked.view in VIEWS && (ended || voted || apart)) look({}, true);
  else drawHead();
});
hear('analyse', open);

shown.addEventListener('click', async (event) => {
  const copied = event.target.closest('[data-copy]');
  if (copied) {
    const text = copied.dataset.copy;
    await toClipboard(text.startsWith('/') ? new URL(text, location.href).href : text);
    copied.textContent = 'Copied';
  }
  const gone = event.target.closest('[data-unshare]');
  if (gone) look({ view: 'unshare', id: gone.dataset.unshare });
});

panel.addEventListener('keydown', (event) => {
  if (event.key !== 'Tab') return;
  const stops = [...panel.querySelectorAll('button, select, a, summary, input, [tabindex="0"]')];
  const seen = stops.filter((one) => one.checkVisibility());
  const [start, end] = [seen[0], seen.at(-1)];
  const leaves = event.shiftKey ? [start, panel].includes(document.activeElement) : document.activeElement === end;
  if (!leaves) return;
  event.preventDefault();
  (event.shiftKey ? end : start).focus();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || panel.hidden || document.querySelector('.pop')) return;
  event.preventDefault();  // elsewhere it stops the run
  event.stopPropagation();
  close();
}, true);

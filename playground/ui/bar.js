// What concerns all lanes. It acts through the board; on a narrow screen all of it is in one menu.
const root = element.querySelector('.drawn');
root.setAttribute('role', 'toolbar');
root.setAttribute('aria-label', 'Comparison');
const MOST = 8;
let board = { lanes: [], rounds: [], votes: {} };
let choices = { presets: [] };
let round = null;

const script = make('div', 'script');
script.hidden = true;
const row = make('div', 'bar-row');
const fold = labelled('compare', 'Compare', 'Compare', () => menu(fold, 'Compare', all()));
fold.classList.add('fold');
fold.setAttribute('aria-haspopup', 'menu');
root.append(script, row, fold);

function labelled(name, text, label, act) {
  const made = button('knob', undefined, label, act);
  made.title = label;
  made.append(icon(name), make('span', '', text));
  return made;
}

function send(what, more = {}) {
  tell('act', { what, more });
}

function analyse(view) {
  return () => tell('analyse', { view, lanes: [null, null], round, item: null });
}

function toggle(text, hint, act) {
  const made = button('switch', text, text, act);
  made.title = hint;
  made.setAttribute('role', 'switch');
  return made;
}

const many = () => board.lanes.length > 1;
const full = () => board.lanes.length >= MOST;
const add = () => send('add', {});
const sameWorld = () => send('same_world', { on: !board.same_world });
const blind = () => send('blind', { on: !board.blind });
const WORLD = 'Equal tool calls are made once, and all lanes get the same result';
const BLIND = 'Names are hidden and lanes shuffled until the vote';

function presets() {
  return choices.presets.map((one) => ({ text: one.label, hint: one.hint, act: () => send('preset', { preset: one.id }) }));
}

function exports() {
  return [
    { text: 'As a page (HTML)', href: `comparisons/${encodeURIComponent(board.tab)}.html` },
    { text: 'As data (JSON)', href: `comparisons/${encodeURIComponent(board.tab)}.json` },
    { text: 'Ranking (CSV)', href: 'comparisons/ranking.csv' },
    { text: 'Votes (CSV)', href: 'comparisons/votes.csv' },
    { text: 'Ranking (JSON)', href: 'comparisons/ranking.json' },
  ];
}

// The last thing that was said in a tab with one lane, which the board does not show.
function last() {
  return (globalThis.playgroundBoard?.index?.ids ?? []).filter(Boolean).at(-1) ?? null;
}

function single() {
  const said = Boolean(board.lanes[0]?.thread);
  const item = last();
  return [
    { text: 'Add a lane', act: add },
    { text: 'Fork into a new lane', hint: 'with all that was said', off: !item, act: () => {
      send('fork', { lane: board.lanes[0].id, item, step: null, model: null, to: 'lane' });
    } },
    choices.presets.length > 0 && 'Set up',
    ...presets(),
    'Again',
    { text: 'Replay on other models…', hint: 'turn by turn, in new lanes', off: !said, act: () => tell('replay', fold) },
    { text: 'Repeat…', hint: 'the last message, several times', off: !said, act: () => tell('repeat', fold) },
    { text: 'Spread of the answers', off: !said, act: analyse('spread') },
    'Votes',
    { text: 'Ranking', act: analyse('ranking') },
    { text: 'Shared comparisons', act: analyse('shares') },
  ];
}

function all() {
  if (!many()) return single();
  return [
    { text: 'Add a lane', act: add, off: full() },
    { text: 'Same world', hint: WORLD, checked: Boolean(board.same_world), act: sameWorld },
    { text: 'Blind', hint: BLIND, checked: Boolean(board.blind), act: blind },
    { text: 'Stop all', off: !live(), act: () => send('stop_all') },
    'Set up',
    ...presets(),
    'Look closer',
    { text: 'Figures', act: analyse('figures') },
    { text: 'Text diff', act: analyse('words') },
    { text: 'Step diff', act: analyse('steps') },
    { text: 'Ranking', act: analyse('ranking') },
    'Keep',
    { text: 'Share…', act: analyse('share') },
    { text: 'Shared comparisons', act: analyse('shares') },
    ...exports(),
  ];
}

function live() {
  return board.lanes.some((lane) => lane.live || lane.queued);
}

function opens(made, label, items) {
  made.setAttribute('aria-haspopup', 'menu');
  made.append(icon('open'));
  made.addEventListener('click', () => menu(made, label, items()));
  return made;
}

function group(label, ...made) {
  const box = make('div', 'bar-group');
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', label);
  box.append(...made);
  return box;
}

const lane = labelled('add', 'Lane', 'Add a lane', add);
const stop = labelled('stop', 'Stop all', 'Stop all lanes', () => send('stop_all'));
const world = toggle('Same world', WORLD, sameWorld);
const unseen = toggle('Blind', BLIND, blind);
const looks = [['figures', 'Figures'], ['words', 'Text diff'], ['steps', 'Step diff'], ['ranking', 'Ranking']];
row.append(
  group('Lanes', lane, opens(button('knob', 'Presets'), 'Presets', presets)),
  group('Rules', world, unseen),
  stop,
  make('span', 'gap'),
  group('Look closer', ...looks.map(([view, text]) => button('knob', text, text, analyse(view)))),
  group(
    'Keep',
    opens(button('knob', 'Share'), 'Share', () => [
      { text: 'Share this comparison…', hint: 'a link to a page that can only be read', act: analyse('share') },
      { text: 'Shared comparisons', act: analyse('shares') },
    ]),
    opens(button('knob', 'Export'), 'Export', exports),
  ),
);

function draw() {
  const [only] = board.lanes;
  progress(script, many() ? null : only?.script, (what) => send(what, { lane: only.id }));
  fold.disabled = !choices.presets.length;  // not all of it is known yet
  lane.disabled = full();
  stop.disabled = !live();
  world.setAttribute('aria-checked', String(Boolean(board.same_world)));
  unseen.setAttribute('aria-checked', String(Boolean(board.blind)));
}

hear('board', (news) => {
  ({ board, choices, round } = news);
  draw();
});
hear('round', (now) => { round = now; });
draw();

// Several lanes side by side. What they say is the server's markup; names and labels are drawn with textContent.
const root = element.querySelector('.drawn');
const MOST = 8;
const STATES = { live: 'answering', waits: 'waits for you', failed: 'failed', idle: 'ready', muted: 'muted' };

let board = { lanes: [], rounds: [], votes: {} };
let choices = { free: true, agents: [], providers: [], presets: [] };
let seen = {};               // the strings that are drawn
const views = new Map();
const votes = new Votes();
const chips = make('div', 'lane-chips');
chips.setAttribute('role', 'tablist');
chips.setAttribute('aria-label', 'Lanes');
const lanes = make('div', 'lanes');
const empty = make('div', 'nothing');
const status = make('p', 'aside');
status.setAttribute('role', 'status');
root.append(chips, lanes, empty, votes.box, status);

function act(what, more = {}) {
  trigger('lane_act', { act: what, tab: board.tab, ...more });
}

function say(text) {
  status.textContent = text;
}

// Before the vote of a blind tab, who answers is not for the page to know.
function hidden() {
  return Boolean(board.blind && !board.revealed);
}

function providerOf(model) {
  return (model ?? '').split('/')[0];
}

function withoutProvider(model) {
  return (model ?? '').split('/').slice(1).join('/');
}

// Any model may be typed. At other servers ids begin with what is a provider here.
function fullName(name, provider) {
  const known = choices.providers.some((one) => name.startsWith(one.id + '/'));
  const full = name.startsWith(provider + '/') || (known && provider !== 'compatible');
  return full ? name : provider + '/' + name;
}

function shortName(name) {
  return withoutProvider(name) || name;
}

function modelNames() {
  return choices.providers.flatMap((one) => one.models.map((model) => [model.name, one.label + ' · ' + model.label]));
}

// With nothing to pick first, where that cannot be left out by leaving a field empty.
function namesOrNone() {
  return choices.free ? modelNames() : [['', '—'], ...modelNames()];
}

function stateOf(lane) {
  if (lane.waits) return 'waits';
  if (lane.live) return 'live';
  if (lane.error || lane.failed) return 'failed';
  return lane.muted ? 'muted' : 'idle';
}

function settingsOf(lane) {
  act('settings', { lane: lane.id });
  const drawer = document.querySelector('#settings');
  if (!drawer?.classList.contains('open')) drawer?.querySelector('.toggle-button')?.click();
}

// -- drawing

function order() {
  const wanted = board.lanes.map((lane) => lane.id);
  for (const [id, view] of views) {
    if (wanted.includes(id)) continue;
    view.box.remove();
    views.delete(id);
  }
  const known = views.size;
  wanted.forEach((id, at) => {
    const fresh = !views.has(id);
    if (fresh) views.set(id, new LaneView(id));
    const view = views.get(id);
    if (fresh && known) setTimeout(() => view.box.scrollIntoView({ inline: 'nearest', block: 'nearest' }));
    if (lanes.children[at] === view.box) return;
    const top = view.flow.list.scrollTop;
    lanes.insertBefore(view.box, lanes.children[at] ?? null);
    view.flow.list.scrollTop = top;  // what moves is scrolled to its start
  });
}

function announce(before) {
  for (const lane of board.lanes) {
    const was = before.get(lane.id);
    const now = stateOf(lane);
    if (!was || was === now || now === 'live') continue;
    say(lane.name + (was === 'live' && now === 'idle' ? ': finished' : ': ' + STATES[now]));
  }
}

function drawChips() {
  const wanted = board.lanes.map((lane) => [lane.id, shortName(lane.name), stateOf(lane)]);
  const now = JSON.stringify(wanted);
  if (chips.dataset.drawn === now) return;
  chips.dataset.drawn = now;
  const focused = chips.contains(document.activeElement) ? document.activeElement.dataset.lane : null;
  chips.replaceChildren(...wanted.map(([id, name, state]) => {
    const made = button('lane-chip', undefined, name + ', ' + STATES[state], () => {
      views.get(id)?.box.scrollIntoView({ inline: 'start', block: 'nearest' });
    });
    made.dataset.lane = id;
    made.setAttribute('role', 'tab');
    made.append(make('span', 'dot ' + state), make('span', '', name));
    if (id === focused) setTimeout(() => made.focus({ preventScroll: true }));
    return made;
  }));
  current();
}

// On a narrow screen one lane is looked at; its chip says which.
function current() {
  const at = Math.round(lanes.scrollLeft / Math.max(1, lanes.clientWidth));
  [...chips.children].forEach((chip, index) => {
    chip.setAttribute('aria-selected', String(index === at));
    if (index === at) chip.scrollIntoView?.({ inline: 'nearest', block: 'nearest' });
  });
}
lanes.addEventListener('scroll', () => requestAnimationFrame(current), { passive: true });

function drawEmpty() {
  const nothing = !board.rounds.length && ![...views.values()].some((view) => view.flow.shown.length);
  empty.hidden = !nothing;
  root.classList.toggle('unasked', nothing);
  const prompts = choices.agents.find((one) => one.name === board.lanes[0]?.agent)?.prompts ?? [];
  const now = JSON.stringify([board.lanes.length, prompts]);
  if (!nothing || empty.dataset.drawn === now) return;
  empty.dataset.drawn = now;
  const examples = make('div', 'examples');
  examples.append(...prompts.map((prompt) => button('', prompt, undefined, () => fill(prompt))));
  empty.replaceChildren(
    make('h2', '', `Ask ${board.lanes.length} at once`),
    make('p', '', 'Each lane answers by itself, with the same tools. One message goes to all of them.'),
    examples,
  );
}

// Into the box, not away: it would be asked of every lane.
function fill(text) {
  const box = document.querySelector('#box textarea');
  if (!box) return;
  box.value = text;
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.focus();
}

function invite(many) {
  const asked = board.lanes.filter((lane) => !lane.muted).length;
  sayClosed(board.lanes, many ? `Message ${asked === board.lanes.length ? 'all ' : ''}${asked} lanes` : 'Message the agent');
}

function redraw() {
  const feed = globalThis.playgroundBoard?.feed;
  if (!feed) return;
  const before = new Map(board.lanes.map((lane) => [lane.id, stateOf(lane)]));
  const changed = feed.board !== seen.board || feed.choices !== seen.choices;
  if (feed.choices && feed.choices !== seen.choices) {
    choices = JSON.parse(feed.choices);
    views.forEach((view) => { view.drawn = ''; });  // agents and providers have other labels now
  }
  if (feed.board !== seen.board) board = JSON.parse(feed.board);
  seen = { board: feed.board, choices: feed.choices };
  const many = board.lanes.length > 1;
  if (changed) {
    order();
    invite(many);
  }
  if (many) drawLanes(feed, changed, before);
  if (changed) tell('board', { board, choices, round: votes.current });
}

function drawLanes(feed, changed, before) {
  for (const lane of board.lanes) {
    const view = views.get(lane.id);
    if (changed) view.update(lane);
    view.flow.take(feed['lane:' + lane.id] ?? '', feed['tail:' + lane.id] ?? '');
  }
  if (changed) {
    announce(before);
    drawChips();
    votes.draw();
  }
  drawEmpty();
  // After all that was written: the page is laid out once.
  for (const view of views.values()) view.flow.stick();
}

let waiting = false;
function soon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    redraw();
  });
}

watch('value', soon);
soon();
new ResizeObserver(() => views.forEach((view) => view.flow.stick())).observe(lanes);

hear('act', ({ what, more }) => act(what, more));
hear('repeat', (anchor) => repeat(anchor, board.lanes[0]));
hear('replay', (anchor) => replay(anchor, board.lanes[0]));
document.addEventListener('click', (event) => {
  if (!document.body.dataset.lanes || !event.target.closest?.('#stop')) return;
  event.stopPropagation();
  act('stop_all');
}, true);

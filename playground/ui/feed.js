// Says on <body> what the style sheet needs to know about the conversation, and keeps the focus in the box.
function mark(name, on) {
  if (on) document.body.dataset[name] = 'yes';
  else delete document.body.dataset[name];
}

function box() {
  return document.querySelector('#box textarea');
}

function toEnd() {
  document.querySelector('#chat .bubble-wrap')?.scrollTo(0, 1e9);
}

// Several lanes, as the one conversation that they are to the rest of the page.
function together(lanes) {
  return {
    index: { tab: JSON.parse(props.value.board).tab, run: lanes.find((lane) => lane.live || lane.queued)?.id },
    empty: lanes.every((lane) => lane.unheard),
  };
}

// What the chat cannot draw by itself. Gradio makes its messages anew whenever it likes; the drawings are put back then.
let only = {};
let items = {};
const mounted = new Mounted(() => ({ lane: only.id, run: only.run }));

function mountAll() {
  const places = document.querySelectorAll('#chat .pg-mount');
  for (const place of places) {
    const name = [...place.classList].find((one) => one.startsWith('of-'))?.slice(3);
    if (!name || !items[name]) continue;
    // Gradio would have the markup read out.
    place.closest('[data-testid=bot]')?.setAttribute('aria-label', 'bot’s message');
    mounted.put(place, items[name]);
  }
  mounted.keep(new Set(Object.keys(items)));
}

let mounting = false;
function mountSoon() {
  if (mounting) return;
  mounting = true;
  queueMicrotask(() => {
    mounting = false;
    mountAll();
  });
}

const looker = new MutationObserver(mountSoon);
let looked = null;
function lookAt(chat) {
  if (!chat || chat === looked) return;
  looker.disconnect();
  looker.observe(chat, { childList: true, subtree: true });
  looked = chat;
}

// An effect is done once in a window, also when the page is loaded again.
const DONE = 'playground-effects';
function effects(list) {
  const done = JSON.parse(sessionStorage.getItem(DONE) ?? '[]');
  const fresh = list.filter((one) => !done.includes(one.id));
  if (!fresh.length) return;
  sessionStorage.setItem(DONE, JSON.stringify([...done, ...fresh.map((one) => one.id)].slice(-200)));
  for (const { name, data } of fresh) tell('toast', { text: 'The agent asks this page: ' + name, data });
}

let tab = null;
let sent = false;
watch('value', () => {
  const lanes = JSON.parse(props.value?.board || '{}').lanes ?? [];
  effects(JSON.parse(props.value?.effects || '[]'));
  only = lanes[0] ?? {};
  items = lanes.length > 1 ? {} : JSON.parse(props.value?.mounts || '{}');
  lookAt(document.querySelector('#chat'));  // it comes after the feed
  mountSoon();
  const { index = {}, more = false, empty = true } = lanes.length > 1 ? together(lanes) : JSON.parse(props.value?.rest ?? '{}');
  mark('lanes', lanes.length > 1);
  mark('live', index.run);
  mark('more', more);
  mark('empty', empty);
  // Another conversation is read from its end, and so is this one after a message of one's own.
  if (index.tab !== tab || sent) [30, 200].forEach((wait) => setTimeout(toEnd, wait));
  tab = index.tab;
  if (tab) tell('tab', tab);
  sent = false;
});

// After a click on Send, Stop or a suggestion, the next thing to do is to write.
document.addEventListener('click', (event) => {
  if (event.target.closest?.('#send, #stop, #chat .example, #chat .option')) {
    sent = true;
    setTimeout(() => box()?.focus({ preventScroll: true }), 0);
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && event.target === box()) sent = true;
});

// In the model picker what was typed wins over what merely contains it, unless an arrow key chose.
let arrows = false;
document.addEventListener('keydown', (event) => {
  if (!event.target.closest?.('#model input')) return;
  if (event.key === 'Enter' && !arrows) {
    event.stopImmediatePropagation();
    event.preventDefault();
    event.target.blur();
  }
  arrows = event.key === 'ArrowDown' || event.key === 'ArrowUp';
}, true);

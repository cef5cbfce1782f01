// Says on <body> what the style sheet needs to know about the conversation, and keeps the focus in the box.
function mark(name, on) {
  if (on) document.body.dataset[name] = 'yes';
  else delete document.body.dataset[name];
}

function box() {
  return document.querySelector('#box textarea');
}

let tab = null;
watch('value', () => {
  const { messages = [], index = {}, more = false } = props.value ?? {};
  mark('live', index.run);
  mark('more', more);
  mark('empty', messages.length === 0);
  if (index.tab === tab) return;
  tab = index.tab;
  // Another conversation is read from its end.
  setTimeout(() => document.querySelector('#chat .bubble-wrap')?.scrollTo(0, 1e9), 60);
});

// After a click on Send, Stop or a suggestion, the next thing to do is to write.
document.addEventListener('click', (event) => {
  if (event.target.closest?.('#send, #stop, #chat .example, #chat .option')) {
    setTimeout(() => box()?.focus({ preventScroll: true }), 0);
  }
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

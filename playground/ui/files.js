// Files beside the box: picked, dropped or pasted, sent up one by one, and sent along with the next message.
const root = element.querySelector('.drawn');
const list = make('ul', 'attached');
list.setAttribute('aria-label', 'Files to send');
const input = make('input');
Object.assign(input, { type: 'file', multiple: true, hidden: true });
const clip = sign('attach', 'Attach files', () => input.click());
const status = make('p', 'aside');
status.setAttribute('role', 'status');
root.append(list, input, clip, speak, status, heard);

let limits = null;           // { enabled, max_size, max_count, accept }, once they are known
let files = [];              // { tab, file, id, part, error, row, ask }
let tab = '';

async function learn() {
  try {
    const { attachments, dictation } = await (await fetch('chatkit/options')).json();
    limits = attachments ?? { enabled: false };
    speak.hidden = !dictation || !navigator.mediaDevices || !globalThis.MediaRecorder;
  } catch {
    limits = { enabled: false };
  }
  clip.hidden = !limits.enabled;
  if (!limits.enabled) return;
  input.accept = Object.entries(limits.accept ?? {}).flatMap(([mime, ends]) => [mime, ...ends]).join(',');
  clip.title = `Attach files (up to ${limits.max_count}, each up to ${size(limits.max_size)}). They can be dropped or pasted, too.`;
}

function size(bytes) {
  const [value, unit] = bytes >= 1e6 ? [bytes / 1048576, 'MB'] : [bytes / 1024, 'KB'];
  return (value < 10 ? Math.round(value * 10) / 10 : Math.round(value)) + ' ' + unit;
}

const here = () => files.filter((one) => one.tab === tab);

function taken(file) {
  const ends = Object.values(limits.accept ?? {}).flat();
  const name = file.name.toLowerCase();
  return file.type in (limits.accept ?? {}) || ends.some((end) => name.endsWith(end));
}

function problem(file) {
  if (here().length >= limits.max_count) return `At most ${limits.max_count} files go with a message.`;
  if (file.size > limits.max_size) return `${file.name} has ${size(file.size)}. At most ${size(limits.max_size)} are taken.`;
  if (!file.size) return `${file.name} is empty.`;
  return taken(file) ? null : `${file.name} is of a kind that is not taken here.`;
}

function add(wanted) {
  if (!limits?.enabled || document.body.dataset.closed) return;
  const troubles = [];
  for (const file of wanted) {
    const trouble = problem(file);
    if (trouble) troubles.push(trouble);
    else send(file);
  }
  if (troubles.length) tell('toast', { text: [...new Set(troubles)].join(' '), problem: true });
}

function send(file) {
  const one = { tab, file, part: 0, row: make('li', 'attachment') };
  files.push(one);
  one.ask = new XMLHttpRequest();
  one.ask.open('POST', 'chatkit/attachments');
  one.ask.upload.addEventListener('progress', ({ loaded, total }) => {
    one.part = total ? loaded / total : 0;
    draw(one);
  });
  one.ask.addEventListener('load', () => done(one));
  one.ask.addEventListener('error', () => fail(one, 'The server could not be reached.'));
  const body = new FormData();
  body.append('file', file, file.name);
  one.ask.send(body);
  draw(one);
  show();
}

function done(one) {
  let answer = {};
  try {
    answer = JSON.parse(one.ask.responseText);
  } catch { /* not ours */ }
  if (one.ask.status !== 200 || !answer.id) return fail(one, answer.message || 'The file could not be sent.');
  one.id = answer.id;
  status.textContent = one.file.name + ' is attached.';
  draw(one);
  show();
}

function fail(one, text) {
  one.error = text;
  tell('toast', { text: one.file.name + ': ' + text, problem: true });
  remove(one);
}

function remove(one) {
  const focused = one.row.contains(document.activeElement);
  one.ask.abort();
  if (one.address) URL.revokeObjectURL(one.address);
  files = files.filter((other) => other !== one);
  show();
  if (focused) (list.querySelector('button') ?? clip).focus({ preventScroll: true });
}

// What was taken back is not kept on the server.
function drop(one) {
  remove(one);
  if (!one.id) return;
  const body = JSON.stringify({ type: 'attachments.delete', params: { attachment_id: one.id } });
  fetch('chatkit', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }).catch(() => {});
}

function draw(one) {
  if (!one.row.children.length) {
    const { file } = one;
    if (file.type.startsWith('image/')) {
      const image = make('img');
      image.alt = '';
      image.src = one.address = URL.createObjectURL(file);
      one.row.append(image);
    }
    const about = make('span', 'about');
    about.append(make('b', '', file.name), make('small', '', size(file.size)));
    const bar = make('progress');
    bar.max = 1;
    bar.setAttribute('aria-label', 'Sending ' + file.name);
    one.row.append(about, bar, sign('close', 'Remove ' + file.name, () => drop(one)));
  }
  const bar = one.row.querySelector('progress');
  bar.hidden = Boolean(one.id);
  bar.value = one.part;
}

// The value is what goes along: the ids of what is up by now, and the tab that it is for.
function show() {
  const mine = here();
  list.replaceChildren(...mine.map((one) => one.row));
  list.hidden = !mine.length;
  props.value = { tab, ids: mine.map((one) => one.id).filter(Boolean), own: true };
}

watch('value', () => {
  const { sent, own } = props.value ?? {};
  if (own || !sent) return;
  files = files.filter((one) => !sent.includes(one.id));
  show();
});
hear('tab', (now) => {
  if (now === tab) return;
  tab = now;
  show();
});

input.addEventListener('change', () => {
  add(input.files);
  input.value = '';
});
document.addEventListener('paste', (event) => {
  const pasted = event.clipboardData?.files;
  if (!pasted?.length || !event.target.closest?.('#composer')) return;
  event.preventDefault();
  event.stopPropagation();
  add(pasted);
}, true);

// The whole conversation takes what is dropped.
const carries = (event) => limits?.enabled && [...(event.dataTransfer?.types ?? [])].includes('Files');
let over = 0;
function hover(on) {
  clearTimeout(over);
  if (on) {
    document.body.dataset.dropping = 'yes';
    over = setTimeout(() => hover(false), 400);
  } else delete document.body.dataset.dropping;
}
document.addEventListener('dragover', (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  event.stopPropagation();
  hover(true);
}, true);
document.addEventListener('drop', (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  event.stopPropagation();
  hover(false);
  add(event.dataTransfer.files);
}, true);

// A message does not leave without a file that is still on its way.
function early(event) {
  const sends = event.type === 'keydown'
    ? event.key === 'Enter' && !event.shiftKey && event.target.matches?.('#box textarea')
    : event.target.closest?.('#send');
  if (!sends || here().every((one) => one.id)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  tell('toast', { text: 'A file is still on its way. Please send again in a moment.' });
}
document.addEventListener('keydown', early, true);
document.addEventListener('click', early, true);

learn();
show();

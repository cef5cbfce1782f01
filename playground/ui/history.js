// The visitor's threads. Titles are drawn with textContent.
const root = element.querySelector('.drawn');
const title = document.createElement('h3');
title.textContent = 'History';
const search = document.createElement('input');
search.type = 'search';
search.placeholder = 'Find by title';
search.setAttribute('aria-label', 'Find a thread by title');
const list = document.createElement('ul');
root.append(title, search, list);

let asked = null;      // the thread whose deletion waits for a second click

function when(iso) {
  const at = new Date(iso);
  const days = Math.floor((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
  if (days <= 0) return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  if (days === 1) return 'Yesterday';
  return at.toLocaleDateString([], { day: 'numeric', month: 'short', year: 'numeric' });
}

function make(tag, className, text, act) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  if (act) {
    made.type = 'button';
    made.addEventListener('click', act);
  }
  return made;
}

function open(thread) {
  trigger('thread_open', { thread: thread.id });
  document.querySelector('#history.open .toggle-button')?.click();
}

function ask(id) {
  asked = id;
  draw();
  list.querySelector('.sure')?.focus();
}

function remove(thread) {
  asked = null;
  trigger('thread_delete', { thread: thread.id });
}

function row(thread) {
  const made = document.createElement('li');
  if (asked === thread.id) {
    made.className = 'asking';
    made.append(
      make('span', 'name', 'Delete for good?'),
      make('button', 'sure', 'Delete', () => remove(thread)),
      make('button', 'keep', 'Keep', () => ask(null)),
    );
    return made;
  }
  const name = make('button', 'name', thread.title, () => open(thread));
  name.title = thread.title;
  name.append(make('time', '', when(thread.at)));
  if (thread.id === props.value.chosen) name.setAttribute('aria-current', 'true');
  const bin = make('button', 'bin', '×', () => ask(thread.id));
  bin.title = 'Delete';
  bin.setAttribute('aria-label', 'Delete ' + thread.title);
  made.append(name, bin);
  return made;
}

function draw() {
  const text = search.value.trim().toLowerCase();
  const threads = (props.value?.threads ?? []).filter((thread) => thread.title.toLowerCase().includes(text));
  list.replaceChildren(...threads.map(row));
  if (!threads.length) list.append(make('li', 'none', text ? 'Nothing by that title.' : 'No conversations yet.'));
}

search.addEventListener('input', draw);
watch('value', draw);
draw();

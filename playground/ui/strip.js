// The head of the page. Everything a visitor wrote is drawn with textContent, never as markup.
const root = element.querySelector('.drawn');
const ICONS = {
  history: 'M3 12a9 9 0 1 0 3-6.7M3 4v4h4M12 7v5l3 2',
  add: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  reopen: 'M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M14 5v4M6 15v4',
  theme: 'M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z',
};

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

function button(name, label, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'icon ' + name;
  made.title = label;
  made.setAttribute('aria-label', label);
  made.append(icon(name));
  made.addEventListener('click', act);
  return made;
}

let chosen = '';       // the tab that is shown, or was just asked for
let wanted = null;     // asked for, and not answered yet: late pictures of the old tab are ignored
let editing = null;
let known = { tabs: [], at: 0 };  // the newest news of the tabs: answers may overtake each other
const list = document.createElement('div');
list.className = 'tabs';
// The tabs are this one's, and the buttons between them nobody's: a list of tabs may hold nothing else.
const owner = document.createElement('div');
owner.setAttribute('role', 'tablist');
owner.setAttribute('aria-label', 'Sessions');

function drawer(id) {
  const toggle = document.querySelector('#' + id + ' .toggle-button');
  toggle?.setAttribute('aria-label', id === 'history' ? 'Close the history' : 'Close the settings');
  toggle?.click();
}

function pick(id, focus) {
  if (!id) return;
  if (focus) requestAnimationFrame(() => tabOf(id)?.focus());
  if (id === chosen) return;
  chosen = wanted = id;
  setTimeout(() => { if (wanted === id) wanted = null; }, 10000);  // it failed
  draw();
  address();
  trigger('tab_pick', { tab: id });
}

function tabOf(id) {
  return [...list.querySelectorAll('[role=tab]')].find((tab) => tab.dataset.id === id);
}

function close(id) {
  wanted = null;
  trigger('tab_close', { tab: id });
}

function add() {
  wanted = null;
  trigger('tab_add', {});
}

function reopen() {
  wanted = null;
  trigger('tab_reopen', {});
}

function rename(id) {
  editing = id;
  draw();
  const field = list.querySelector('input');
  field.focus();
  field.select();
}

function nameField(tab) {
  const field = document.createElement('input');
  field.value = tab.title;
  field.maxLength = 80;
  field.setAttribute('aria-label', 'Title of the session');
  const end = (keep) => {
    if (editing !== tab.id) return;
    editing = null;
    const title = field.value.trim();
    const now = tabs().find((one) => one.id === tab.id) ?? tab;
    if (keep && title && title !== now.title) {
      now.title = title;
      trigger('tab_rename', { tab: tab.id, title });
    }
    draw();
    tabOf(tab.id)?.focus();
  };
  field.addEventListener('blur', () => end(true));
  field.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key === 'Enter') end(true);
    if (event.key === 'Escape') end(false);
  });
  return field;
}

function tabKeys(event, id) {
  const ids = tabs().map((tab) => tab.id);
  const at = ids.indexOf(id);
  const to = {
    ArrowRight: ids[(at + 1) % ids.length],
    ArrowLeft: ids[(at - 1 + ids.length) % ids.length],
    Home: ids[0],
    End: ids[ids.length - 1],
  }[event.key];
  if (to) pick(to, true);
  else if (event.key === 'F2') rename(id);
  else if (event.key === 'Delete') close(id);
  else return;
  event.preventDefault();
}

function drawTab(tab) {
  const shown = tab.id === chosen;
  const cell = document.createElement('div');
  cell.className = shown ? 'tab chosen' : 'tab';
  if (editing === tab.id) {
    cell.append(nameField(tab));
    return cell;
  }
  const name = document.createElement('button');
  name.type = 'button';
  name.textContent = tab.title;
  name.title = tab.title + ' (F2 or double-click to rename)';
  name.id = name.dataset.id = tab.id;
  name.tabIndex = shown ? 0 : -1;
  name.setAttribute('role', 'tab');
  name.setAttribute('aria-selected', String(shown));
  name.setAttribute('aria-controls', 'conversation');
  name.addEventListener('click', () => pick(tab.id));
  name.addEventListener('dblclick', () => rename(tab.id));
  name.addEventListener('keydown', (event) => tabKeys(event, tab.id));
  const shut = button('close', 'Close ' + tab.title, () => close(tab.id));
  shut.tabIndex = shown ? 0 : -1;
  cell.append(name, shut);
  return cell;
}

function tabs() {
  return known.tabs;
}

function draw() {
  if (editing && !tabs().some((tab) => tab.id === editing)) editing = null;
  const focused = document.activeElement?.dataset?.id;
  list.replaceChildren(...tabs().map(drawTab));
  owner.setAttribute('aria-owns', tabs().filter((tab) => tab.id !== editing).map((tab) => tab.id).join(' '));
  if (focused) tabOf(focused)?.focus();
  list.querySelector('.chosen')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const title = tabs().find((tab) => tab.id === chosen)?.title;
  document.title = title ? title + ' · Agent playground' : 'Agent playground';
}

// What a link asks to be compared is in the tab that it opened: a reload must not open another.
const OPENS = ['compare', 'agent', 'prompt', 'same_world', 'blind'];

function address() {
  const url = new URL(location.href);
  const done = !OPENS.some((name) => url.searchParams.has(name));
  if (!chosen || (done && url.searchParams.get('s') === chosen)) return;
  OPENS.forEach((name) => url.searchParams.delete(name));
  url.searchParams.set('s', chosen);
  history.replaceState(history.state, '', url);
}

function learn(value) {
  const at = value.at ?? 0;
  const news = at >= known.at || !known.tabs.some((tab) => tab.id === value.chosen);
  if (news) known = { tabs: value.tabs ?? [], at };
}

watch('value', () => {
  const value = props.value ?? {};
  if (value.own) return;
  learn(value);
  if (value.moved) {
    chosen = '';
    pick(value.chosen);
    return;
  }
  // Which tab is shown is not for news of the tabs to say, nor for the answer to an earlier pick.
  if (value.watched || (wanted && value.chosen !== wanted)) {
    if (value.chosen !== chosen) props.value = { ...known, chosen, own: true };
    if (!editing) draw();
    return;
  }
  wanted = null;
  const other = chosen !== value.chosen;
  chosen = value.chosen ?? '';
  if (!editing) draw();
  address();
  if (other) document.querySelector('#box textarea')?.focus({ preventScroll: true });
});

function theme(dark) {
  document.body.classList.toggle('dark', dark);
  localStorage.setItem('playground-theme', dark ? 'dark' : 'light');
}

const kept = localStorage.getItem('playground-theme');
if (kept && !new URL(location.href).searchParams.has('__theme')) theme(kept === 'dark');

root.append(
  button('history', 'History', () => {
    trigger('history_open', {});
    drawer('history');
  }),
  owner,
  list,
  button('add', 'New session (Alt+N)', add),
  button('reopen', 'Reopen the last closed session (Alt+Shift+T)', reopen),
  button('theme', 'Light or dark', () => theme(!document.body.classList.contains('dark'))),
  button('settings', 'Settings of this session', () => drawer('settings')),
);

function closeDrawers() {
  const open = [...document.querySelectorAll('.sidebar.open .toggle-button')];
  open.forEach((toggle) => toggle.click());
  return open.length > 0;
}

// A click beside an open drawer closes it.
document.addEventListener('pointerdown', (event) => {
  if (!event.target.closest?.('.sidebar, .options, .drawn.strip')) closeDrawers();
});

document.addEventListener('keydown', (event) => {
  const alt = event.altKey && !event.ctrlKey && !event.metaKey;
  if (alt && event.code === 'KeyN' && !event.shiftKey) add();
  else if (alt && event.code === 'KeyT' && event.shiftKey) reopen();
  else if (event.key === 'Escape' && !event.defaultPrevented) {
    if (closeDrawers()) return;
    if (document.body.dataset.live) document.querySelector('#stop')?.click();
    return;
  } else return;
  event.preventDefault();
});

// A hidden page gives its connection back after a while, and takes it up again when it is looked at.
let asleep = false;
let hiding = 0;
document.addEventListener('visibilitychange', () => {
  clearTimeout(hiding);
  if (document.hidden) {
    hiding = setTimeout(() => {
      asleep = true;
      trigger('page_hide', {});
    }, 15000);
  } else if (asleep) {
    asleep = false;
    trigger('page_show', {});
  }
});

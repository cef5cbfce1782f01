// What the agent asks the visitor to approve. All that a model wrote is drawn with textContent.
const root = element.querySelector('.drawn');
root.setAttribute('role', 'region');
root.setAttribute('aria-label', 'Approvals');
root.setAttribute('aria-live', 'polite');

const AGAIN = 3000;      // milliseconds after which a press that changed nothing may be made again
let drawn = '';
let shown = [];          // what is drawn: pairs of a key and its element
let busy = false;

function make(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function decide(asks, approve, reason) {
  if (busy) return;
  wait(true);
  setTimeout(wait, AGAIN, false);
  const message = reason?.value.trim() || null;
  trigger('ask_decide', {
    run: props.value.run,
    decisions: asks.map((ask) => ({ call_id: ask.call_id, approve, message: approve ? null : message })),
  });
}

function wait(on) {
  busy = on;
  // Not disabled: a button that is loses the focus.
  for (const button of root.querySelectorAll('button')) button.setAttribute('aria-disabled', on);
}

function button(className, text, name, act) {
  const made = make('button', className, text);
  made.type = 'button';
  made.setAttribute('aria-label', name);
  made.addEventListener('click', act);
  return made;
}

function card(ask) {
  const made = make('article', 'ask');
  const title = make('h4', '', ask.agent + ' asks to call ');
  title.append(make('code', '', ask.tool));
  const given = make('pre', '', ask.arguments);
  given.tabIndex = 0;      // long ones are scrolled by keyboard
  given.setAttribute('aria-label', 'Arguments of ' + ask.tool);
  made.append(title, given);
  if (ask.approved !== null) {
    made.append(make('p', 'decided', (ask.approved ? 'Approved.' : 'Rejected.') + ' It goes on when all are decided.'));
    return made;
  }
  const reason = make('input', 'reason');
  reason.placeholder = 'Why not? (optional)';
  reason.maxLength = 2000;
  reason.setAttribute('aria-label', 'What a rejection of ' + ask.tool + ' tells the agent');
  reason.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();  // elsewhere it stops the run
    reason.blur();
  });
  const acts = make('div', 'acts');
  acts.append(
    button('approve', 'Approve', 'Approve ' + ask.tool, () => decide([ask], true)),
    button('reject', 'Reject', 'Reject ' + ask.tool, () => decide([ask], false, reason)),
    reason,
  );
  made.append(acts);
  return made;
}

function all(asks) {
  const acts = make('div', 'acts all');
  acts.append(
    button('approve', 'Approve all', 'Approve all ' + asks.length, () => decide(asks, true)),
    button('reject', 'Reject all', 'Reject all ' + asks.length, () => decide(asks, false)),
  );
  return acts;
}

// A card that is as it was stays: what is being written in it, and the focus, are the visitor's.
function put(run, asks) {
  const open = asks.filter((ask) => ask.approved === null);
  const wanted = asks.map((ask) => [JSON.stringify([run, ask]), () => card(ask)]);
  if (open.length > 1) wanted.push([JSON.stringify([run, open]), () => all(open)]);
  const kept = new Map(shown.filter(([key]) => wanted.some(([other]) => other === key)));
  for (const [key, made] of shown) if (!kept.has(key)) made.remove();
  shown = wanted.map(([key, make]) => [key, kept.get(key) ?? make()]);
  shown.forEach(([, made], at) => {
    if (root.children[at] !== made) root.insertBefore(made, root.children[at] ?? null);
  });
}

function draw() {
  const { run, asks = [] } = props.value ?? {};
  const now = JSON.stringify([run, asks]);
  if (now === drawn) return;
  drawn = now;
  const focused = root.contains(document.activeElement);
  put(run, asks);
  wait(false);
  if (!focused || root.contains(document.activeElement)) return;
  // Not to a button: a key that is still held down must not decide the next call.
  (root.querySelector('.ask:has(button) pre') ?? document.querySelector('#box textarea'))?.focus({ preventScroll: true });
}

watch('value', draw);
draw();

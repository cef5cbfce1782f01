// What the agent asks the visitor to approve. All that a model wrote is drawn with textContent.
const root = element.querySelector('.drawn');
root.setAttribute('role', 'region');
root.setAttribute('aria-label', 'Approvals');
root.setAttribute('aria-live', 'polite');

const AGAIN = 3000;      // milliseconds after which a press that changed nothing may be made again
let drawn = '';
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

function draw() {
  const asks = props.value?.asks ?? [];
  const now = JSON.stringify(props.value ?? {});
  if (now === drawn) return;
  drawn = now;
  busy = false;
  const focused = root.contains(document.activeElement);
  const open = asks.filter((ask) => ask.approved === null);
  root.replaceChildren(...asks.map(card), ...(open.length > 1 ? [all(open)] : []));
  if (focused) (root.querySelector('button') ?? document.querySelector('#box textarea'))?.focus({ preventScroll: true });
}

watch('value', draw);
draw();

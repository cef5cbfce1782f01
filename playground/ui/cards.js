// What an agent asks a visitor to approve. All that a model wrote is drawn with textContent.
const AGAIN = 3000;      // milliseconds after which a press that changed nothing may be made again

class Cards {
  // `send` is given the run and the decisions.
  constructor(place, send) {
    this.place = place;
    this.send = send;
    this.drawn = '';
    this.shown = [];     // what is drawn: pairs of a key and its element
    this.busy = false;
    place.setAttribute('role', 'region');
    place.setAttribute('aria-label', 'Approvals');
    place.setAttribute('aria-live', 'polite');
  }

  decide(run, asks, approve, reason) {
    if (this.busy) return;
    this.wait(true);
    setTimeout(() => this.wait(false), AGAIN);
    const message = reason?.value.trim() || null;
    this.send(run, asks.map((ask) => ({ call_id: ask.call_id, approve, message: approve ? null : message })));
  }

  wait(on) {
    this.busy = on;
    // Not disabled: a button that is loses the focus.
    for (const one of this.place.querySelectorAll('button')) one.setAttribute('aria-disabled', on);
  }

  card(run, ask) {
    const made = make('article', 'ask');
    const title = make('h4', '', ask.agent + ' asks to call ');
    title.append(make('code', '', ask.tool));
    const given = make('pre', '', ask.arguments);
    given.tabIndex = 0;  // long ones are scrolled by keyboard
    given.setAttribute('aria-label', 'Arguments of ' + ask.tool);
    made.append(title, given);
    if (ask.approved !== null) {
      const decided = (ask.approved ? 'Approved.' : 'Rejected.') + ' It goes on when all are decided.';
      made.append(make('p', 'decided', decided));
      return made;
    }
    const reason = this.reason(ask);
    const acts = make('div', 'acts');
    acts.append(
      button('approve', 'Approve', 'Approve ' + ask.tool, () => this.decide(run, [ask], true)),
      button('reject', 'Reject', 'Reject ' + ask.tool, () => this.decide(run, [ask], false, reason)),
      reason,
    );
    made.append(acts);
    return made;
  }

  reason(ask) {
    const made = make('input', 'reason');
    made.placeholder = 'Why not? (optional)';
    made.maxLength = 2000;
    made.setAttribute('aria-label', 'What a rejection of ' + ask.tool + ' tells the agent');
    made.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();  // elsewhere it stops the run
      made.blur();
    });
    return made;
  }

  all(run, asks) {
    const acts = make('div', 'acts all');
    acts.append(
      button('approve', 'Approve all', 'Approve all ' + asks.length, () => this.decide(run, asks, true)),
      button('reject', 'Reject all', 'Reject all ' + asks.length, () => this.decide(run, asks, false)),
    );
    return acts;
  }

  // A card that is as it was stays: what is being written in it, and the focus, are the visitor's.
  renew(run, asks) {
    const open = asks.filter((ask) => ask.approved === null);
    const wanted = asks.map((ask) => [JSON.stringify([run, ask]), () => this.card(run, ask)]);
    if (open.length > 1) wanted.push([JSON.stringify([run, open]), () => this.all(run, open)]);
    const kept = new Map(this.shown.filter(([key]) => wanted.some(([other]) => other === key)));
    for (const [key, made] of this.shown) if (!kept.has(key)) made.remove();
    this.shown = wanted.map(([key, build]) => [key, kept.get(key) ?? build()]);
    this.shown.forEach(([, made], at) => {
      if (this.place.children[at] !== made) this.place.insertBefore(made, this.place.children[at] ?? null);
    });
  }

  draw(run, asks, back) {
    const now = JSON.stringify([run, asks]);
    if (now === this.drawn) return;
    this.drawn = now;
    const focused = this.place.contains(document.activeElement);
    this.renew(run, asks);
    this.wait(false);
    if (!focused || this.place.contains(document.activeElement)) return;
    // Not to a button: a key that is still held down must not decide the next call.
    (this.place.querySelector('.ask:has(button) pre') ?? back())?.focus({ preventScroll: true });
  }
}

// One lane: its head, what it does by itself, its blocks, what it asks, and a box for it alone.
const EFFORTS = { none: 'None', minimal: 'Minimal', low: 'Low', medium: 'Medium', high: 'High', xhigh: 'Highest' };

class LaneView {
  constructor(id) {
    this.id = id;
    this.now = {};
    this.drawn = '';
    this.box = make('section', 'lane');
    this.box.dataset.lane = id;
    this.flow = new Flow('Answers', new Acts(this), new Mounted(() => ({ lane: this.id, run: this.now.run })));
    this.end = sign('down', 'To the end', () => this.flow.toEnd());
    this.end.hidden = true;
    this.flow.onend = (at) => { this.end.hidden = at; };
    this.script = make('div', 'script');
    this.trouble = make('p', 'trouble');
    const asks = make('div', 'asks');
    this.cards = new Cards(asks, (run, decisions) => this.act('decide', { run, decisions }));
    const middle = make('div', 'middle');
    middle.append(this.flow.list, this.end);
    this.box.append(this.head(), this.script, this.trouble, middle, asks, this.only());
  }

  act(what, more = {}) {
    act(what, { lane: this.id, ...more });
  }

  head() {
    const head = make('header');
    this.dot = make('span', 'dot');
    this.who = button('who', undefined, undefined, () => this.pick());
    this.who.setAttribute('aria-haspopup', 'dialog');
    this.name = make('b');
    this.about = make('small');
    this.who.append(this.name, this.about);
    this.marks = make('span', 'marks');
    this.halt = sign('stop', 'Stop this lane', () => this.act('stop'));
    this.more = sign('more', 'More of this lane', () => this.menu());
    this.more.setAttribute('aria-haspopup', 'menu');
    head.append(this.dot, this.who, this.marks, this.halt, this.more);
    return head;
  }

  only() {
    const inner = make('form', 'only');
    this.input = make('input');
    this.input.placeholder = 'Only this lane…';
    this.input.autocomplete = 'off';
    const send = make('button', 'sign');
    send.title = 'Send to this lane only';
    send.setAttribute('aria-label', send.title);
    send.append(icon('send'));
    inner.append(this.input, send);
    inner.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = this.input.value.trim();
      if (!text) return;
      this.act('send', { text });
      this.input.value = '';
      this.flow.toEnd();
    });
    return inner;
  }

  update(lane) {
    const now = JSON.stringify(lane) + hidden();
    if (now === this.drawn) return;
    this.drawn = now;
    this.now = lane;
    const state = stateOf(lane);
    const name = lane.name ?? '';
    this.box.classList.toggle('muted', Boolean(lane.muted));
    this.box.setAttribute('aria-label', name);
    this.flow.list.setAttribute('aria-label', 'Conversation of ' + name);
    this.input.setAttribute('aria-label', 'Message to ' + name + ' only');
    this.dot.className = 'dot ' + state;
    this.dot.title = STATES[state];
    this.name.textContent = shortName(name);
    this.about.textContent = this.aboutIt();
    this.who.title = hidden() ? 'Hidden until the vote' : name;
    this.who.setAttribute('aria-label', name + ', ' + STATES[state] + (hidden() ? '' : '. Change who answers'));
    this.more.setAttribute('aria-label', 'More of ' + name);
    this.halt.hidden = !lane.live && !lane.queued;
    this.halt.setAttribute('aria-label', 'Stop ' + name);
    this.trouble.textContent = lane.error ?? '';
    this.close(lane.status);
    this.drawMarks();
    progress(this.script, lane.script, (what) => this.act(what));
    this.cards.draw(lane.run, lane.asks ?? [], () => this.input);
    if (this.picker) this.fillPicker();
  }

  close(status) {
    const words = status ? [status.type === 'locked' ? 'Locked' : 'Closed', status.reason].filter(Boolean).join(': ') : '';
    this.input.disabled = Boolean(status);
    this.input.placeholder = words || 'Only this lane…';
    this.input.title = words;
  }

  aboutIt() {
    if (hidden()) return 'Hidden until the vote';
    const provider = choices.providers.find((one) => one.id === providerOf(this.now.model));
    const agent = choices.agents.find((one) => one.name === this.now.agent);
    return [provider?.label ?? providerOf(this.now.model), agent?.label ?? this.now.agent].filter(Boolean).join(' · ');
  }

  drawMarks() {
    const { muted, stand_ins: count, queued, more, status } = this.now;
    const marks = [];
    if (status) marks.push([status.type === 'locked' ? 'Locked' : 'Closed', status.reason ?? 'Nothing can be said here']);
    if (muted) marks.push(['Muted', 'Left out when all are asked']);
    if (count) marks.push([count + ' stand-in' + (count > 1 ? 's' : ''), 'Results of your own, for the next run']);
    if (queued) marks.push([queued + ' waiting', 'Sent when the answer above is finished']);
    this.marks.replaceChildren(...marks.map(([text, title]) => {
      const mark = make('span', 'mark', text);
      mark.title = title;
      return mark;
    }));
    if (Boolean(more) === Boolean(this.earlier)) return;
    this.earlier?.remove();
    this.earlier = more ? button('earlier', 'Show earlier', undefined, () => this.act('earlier')) : null;
    if (more) this.flow.list.prepend(this.earlier);
  }

  // -- who answers

  pick() {
    if (hidden()) return;
    const [agent, provider, effort] = [make('select'), make('select'), make('select')];
    const model = typed([], '', choices.free);
    const made = form(this.who, 'Who answers', [
      field('Agent', agent), field('Provider', provider), field('Model', model), field('Effort', effort),
      make('p', 'hint'),
    ]);
    if (!made) return;
    this.picker = { made, agent, provider, model, effort, note: made.querySelector('.hint') };
    agent.addEventListener('change', () => this.act('pick', { agent: agent.value }));
    provider.addEventListener('change', () => this.act('pick', { provider: provider.value }));
    effort.addEventListener('change', () => this.act('pick', { effort: effort.value }));
    model.input.addEventListener('change', () => {
      const typedName = model.input.value.trim();
      if (typedName) this.act('pick', { model: fullName(typedName, provider.value) });
    });
    made.querySelector('form').addEventListener('submit', () => shut());
    this.fillPicker();
    made.querySelector('select').focus();
  }

  fillPicker() {
    const { made, agent, provider, model, effort, note } = this.picker;
    if (!made.isConnected) return;
    const lane = this.now;
    const id = providerOf(lane.model);
    const offer = choices.providers.find((one) => one.id === id);
    choose(agent, choices.agents.map((one) => [one.name, one.label]), lane.agent);
    choose(provider, choices.providers.map((one) => [one.id, one.available ? one.label : one.label + ' (not ready)']), id);
    model.offer((offer?.models ?? []).map((one) => [withoutProvider(one.name), one.label]));
    if (document.activeElement !== model.input || model.dataset.model !== lane.model) {
      model.input.value = withoutProvider(lane.model);
    }
    model.dataset.model = lane.model;
    choose(effort, [['', 'Provider’s default'], ...(lane.efforts ?? []).map((one) => [one, EFFORTS[one] ?? one])], lane.effort ?? '');
    effort.parentElement.hidden = !lane.efforts?.length;
    note.textContent = offer?.note ?? '';
    note.hidden = !note.textContent;
  }

  // -- what can be done with the lane

  menu() {
    const { now } = this;
    const at = board.lanes.findIndex((lane) => lane.id === this.id);
    const full = board.lanes.length >= MOST;
    const versions = now.versions ?? [];
    menu(this.more, 'Lane', [
      { text: 'Settings…', act: () => settingsOf(this), off: hidden() },
      { text: now.muted ? 'Unmute' : 'Mute', hint: 'left out when all are asked', act: () => this.act('mute', { on: !now.muted }) },
      { text: 'Duplicate', act: () => this.act('duplicate'), off: full },
      { text: 'Move left', act: () => this.act('move', { to: at - 1 }), off: at < 1 || hidden() },
      { text: 'Move right', act: () => this.act('move', { to: at + 1 }), off: at > board.lanes.length - 2 || hidden() },
      'Again',
      { text: 'Repeat…', hint: 'the last message, several times', act: () => repeat(this.more, this), off: !now.thread },
      { text: 'Replay on other models…', hint: 'turn by turn, in new lanes', act: () => replay(this.more, this), off: !now.thread || full },
      versions.length > 1 && { text: `Versions (${versions.length})…`, act: () => this.versions() },
      now.stand_ins > 0 && { text: 'Clear ' + now.stand_ins + ' stand-in' + (now.stand_ins > 1 ? 's' : ''), act: () => this.act('clear_stand_ins') },
      board.lanes.length > 1 && { text: 'Remove', danger: true, act: () => this.remove() },
    ]);
  }

  versions() {
    menu(this.more, 'Versions', [
      'Versions',
      ...this.now.versions.map((one) => ({ text: one.label, checked: one.head, act: () => this.act('version', { branch: one.id }) })),
    ]);
  }

  remove() {
    if (!this.flow.shown.length) return this.act('remove');
    ask(this.more, 'Remove this lane?', 'Its conversation stays in the history.', 'Remove', () => this.act('remove'));
  }
}

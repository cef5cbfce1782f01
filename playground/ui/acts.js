// What can be done with a block of a lane. `lane` is one of lane.js; `act(what, more)` tells the server.
class Acts {
  constructor(lane) {
    this.lane = lane;
  }

  // Which buttons a block has: a word for each kind of row, and null for none.
  key(block, next, settled) {
    if (!block.item) return null;
    if (block.kind === 'user') return block.versions > 1 ? 'user ' + block.versions : 'user';
    if (!settled) return null;
    if (block.kind === 'answer') return next?.kind === 'answer' && next.item === block.item ? null : 'answer';
    if (block.kind === 'step') return block.tool ? 'tool' : 'step';
    return null;
  }

  row(one, key) {
    const row = make('div', 'acts');
    const [kind, versions] = key.split(' ');
    const add = (name, label, does) => {
      const made = sign(name, label, () => does.call(this, one, made));
      row.append(made);
    };
    if (kind === 'user') {
      add('edit', 'Edit this message', this.edit);
      add('again', 'Answer again', this.again);
      add('fork', 'Fork here…', this.fork);
      if (versions) add('spread', 'Spread of ' + versions + ' answers', this.spread);
    } else if (kind === 'answer') {
      add('copy', 'Copy this answer', this.copy);
      add('again', 'Answer again', this.again);
      add('fork', 'Fork here…', this.fork);
      if (board.lanes.length > 1) add('onward', 'Continue from here in all lanes…', this.onward);
      if (board.lanes.length > 1) add('compare', 'Compare with…', this.compare);
    } else {
      if (kind === 'tool') add('stand', 'Stand in for this result…', this.standIn);
      add('fork', 'Fork at this step…', this.fork);
    }
    return row;
  }

  async copy(one, made) {
    await toClipboard(this.lane.flow.textOf(one.block.item));
    made.classList.add('done');
    say('Copied.');
    setTimeout(() => made.classList.remove('done'), 1200);
  }

  again(one) {
    const asked = this.lane.flow.question(one.block);
    if (asked) this.lane.act('retry', { item: asked.item });
  }

  spread(one) {
    const { round, item } = one.block;
    tell('analyse', { view: 'spread', lanes: [this.lane.id, null], round, item });
  }

  compare(one, made) {
    const others = board.lanes.filter((lane) => lane.id !== this.lane.id);
    const go = (view, other) => () => tell('analyse', {
      view, lanes: [this.lane.id, other.id], round: one.block.round, item: null,
    });
    menu(made, 'Compare with', [
      'Text diff with',
      ...others.map((other) => ({ text: other.name, act: go('words', other) })),
      'Step diff with',
      ...others.map((other) => ({ text: other.name, act: go('steps', other) })),
    ]);
  }

  onward(one, made) {
    const text = 'All other lanes take this conversation over up to here. What they said stays in the history.';
    form(made, 'Continue from here in all lanes', [make('p', '', text)], {
      does: 'Continue in all',
      act: () => this.lane.act('continue', { item: one.block.item }),
    });
  }

  edit(one, made) {
    if (one.made.querySelector('.rewrite')) return;
    const area = make('textarea');
    area.value = one.block.text ?? one.body.innerText;
    area.rows = Math.min(10, area.value.split('\n').length + 1);
    area.setAttribute('aria-label', 'The message in other words');
    const inner = make('form', 'rewrite');
    const end = () => {
      one.made.classList.remove('editing');
      inner.remove();
      made.focus({ preventScroll: true });
    };
    const last = make('div', 'last');
    last.append(button('', 'Cancel', undefined, end), make('button', 'do', 'Send'));
    inner.append(area, last);
    inner.addEventListener('submit', (event) => {
      event.preventDefault();
      if (area.value.trim()) this.lane.act('edit', { item: one.block.item, text: area.value });
      end();
    });
    area.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') end();
      else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) inner.requestSubmit();
      else return;
      event.preventDefault();
    });
    one.made.classList.add('editing');
    one.made.append(inner);
    area.focus();
  }

  fork(one, made) {
    const model = typed(namesOrNone(), '', choices.free);
    model.input.placeholder = hidden() ? 'the same model' : this.lane.now.model ?? 'the same model';
    const to = make('select');
    choose(to, [['lane', 'A new lane, beside this one'], ['tab', 'A new tab']], board.lanes.length < MOST ? 'lane' : 'tab');
    to.options[0].disabled = board.lanes.length >= MOST;
    const { kind, item, step } = one.block;
    const label = kind === 'step' ? 'Fork at this step' : 'Fork here';
    form(made, label, [field('Model', model, 'Empty: the same one.'), field('Goes to', to)], {
      does: 'Fork',
      act: () => this.lane.act('fork', {
        item, step: kind === 'step' ? step : null, model: model.input.value.trim() || null, to: to.value,
      }),
    });
  }

  standIn(one, made) {
    const { name, arguments: given, output, failed } = one.block.tool;
    const area = make('textarea');
    area.value = output ?? '';
    area.rows = 6;
    area.autofocus = true;
    const wrong = make('select');
    choose(wrong, [['', 'The tool’s result'], ['yes', 'An error of the tool']], failed ? 'yes' : '');
    const who = make('select');
    choose(who, [['lane', 'This lane'], ['all', 'All lanes']], 'lane');
    const note = make('p', '', 'When it is called with these arguments again, the next run gets this instead.');
    form(made, 'Stand in for ' + name, [note, field('What it answers', area), field('As', wrong), field('For', who)], {
      does: 'Use in the next run',
      act: () => this.lane.act('stand_in', {
        tool: name,
        arguments: given,
        output: area.value,
        failed: wrong.value === 'yes',
        lane: who.value === 'all' ? null : this.lane.id,
      }),
    });
  }
}

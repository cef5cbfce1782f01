// Below the lanes: which round is looked at, and which lane did better in it.
class Votes {
  constructor() {
    this.box = make('div', 'votes');
    this.box.hidden = true;
    this.round = null;       // the one that is looked at; null: the newest
    this.drawn = '';
    const rounds = make('div', 'rounds');
    this.back = sign('previous', 'Earlier round', () => this.turn(-1));
    this.on = sign('next', 'Later round', () => this.turn(1));
    this.place = make('span');
    rounds.append(this.back, this.place, this.on);
    this.row = make('div', 'choices');
    this.row.setAttribute('role', 'group');
    this.row.setAttribute('aria-label', 'Which was better? Keys 1 to 8, 0 for a tie, - for all bad');
    this.take = button('take', 'Take back', 'Take the vote back', () => act('unvote', { round: this.current }));
    this.asked = make('span', 'asked');
    this.box.append(rounds, this.asked, this.row, this.take);
    this.box.addEventListener('keydown', (event) => this.key(event));
  }

  get current() {
    const { rounds } = board;
    return rounds.includes(this.round) ? this.round : rounds.at(-1) ?? null;
  }

  turn(step) {
    const { rounds } = board;
    const at = rounds.indexOf(this.current) + step;
    this.round = at >= rounds.length - 1 ? null : rounds[Math.max(0, at)];
    this.draw();
    views.forEach((view) => (this.round ? view.flow.toRound(this.current) : view.flow.toEnd()));
    tell('round', this.current);
  }

  options() {
    const lanes = board.lanes.map((lane, at) => [lane.id, shortName(lane.name), String(at + 1), lane.name]);
    return [...lanes, ['tie', 'Tie', '0', 'A tie'], ['bad', 'All bad', '-', 'All bad']];
  }

  // A vote is on answers; of the newest round they may still be written.
  get early() {
    return this.current === board.rounds.at(-1) && board.lanes.some((lane) => lane.live);
  }

  vote(choice) {
    if (this.early) return say('Vote when all lanes have answered.');
    const round = this.current;
    if (board.votes[round] === choice) return act('unvote', { round });
    const lane = board.lanes.some((one) => one.id === choice);
    act('vote', lane ? { round, choice: 'lane', lane: choice } : { round, choice });
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const found = this.options().find(([, , key]) => key === event.key);
    if (!found) return;
    event.preventDefault();
    this.vote(found[0]);
  }

  draw() {
    const round = this.current;
    this.box.hidden = !round;
    const voted = board.votes[round];
    const now = JSON.stringify([board.rounds.length, round, voted, this.options(), this.early]);
    if (now === this.drawn) return;
    this.drawn = now;
    const at = board.rounds.indexOf(round);
    this.place.textContent = `Round ${at + 1} of ${board.rounds.length}`;
    this.asked.textContent = this.early ? 'Which was better? Wait for all:' : 'Which was better?';
    this.back.disabled = at <= 0;
    this.on.disabled = at >= board.rounds.length - 1;
    const focused = this.row.contains(document.activeElement) ? document.activeElement.dataset.choice : null;
    this.row.replaceChildren(...this.options().map(([choice, text, key, name]) => {
      const made = button('choice', undefined, name + ' (' + key + ')', () => this.vote(choice));
      made.append(make('kbd', '', key), make('span', '', text));
      made.dataset.choice = choice;
      made.title = name;
      made.setAttribute('aria-pressed', String(voted === choice));
      made.setAttribute('aria-disabled', String(this.early));
      return made;
    }));
    if (focused) this.row.querySelector(`[data-choice="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    this.take.hidden = !voted;
  }
}

// One lane's blocks. What is settled is only appended to; what may still change is compared block by block.
class Flow {
  // `acts(block, next)` makes the buttons of a block, or null where it has none; `mounted` draws what can be used.
  constructor(label, acts, mounted) {
    this.acts = acts;
    this.mounted = mounted;
    this.list = make('div', 'flow');
    this.list.tabIndex = 0;  // scrolled by keyboard
    this.list.setAttribute('role', 'region');
    this.list.setAttribute('aria-label', label);
    this.inner = make('div', 'flow-inner');
    this.list.append(this.inner);
    this.text = '';
    this.settled = 0;
    this.shown = [];         // { block, made, key }
    this.stuck = true;       // at the end, and to be kept there
    const look = () => this.look();
    this.list.addEventListener('scroll', look, { passive: true });
    this.inner.addEventListener('toggle', look, true);
    this.onend = () => {};
  }

  look() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    const stuck = scrollHeight - scrollTop - clientHeight < 32;
    if (stuck === this.stuck) return;
    this.stuck = stuck;
    this.onend(stuck);
  }

  stick() {
    if (this.stuck) this.list.scrollTop = this.list.scrollHeight;
  }

  toEnd() {
    this.stuck = true;
    this.onend(true);
    this.stick();
  }

  // Lines of settled blocks, and the list of those that may still change. Says whether anything was drawn.
  take(text, tail) {
    if (text === this.text && tail === this.tail) return false;
    const grown = text.startsWith(this.text);
    const from = grown ? this.settled : 0;
    const lines = (grown ? text.slice(this.text.length) : text).split('\n').filter(Boolean);
    const fresh = lines.map((line) => JSON.parse(line));
    const open = tail ? JSON.parse(tail) : [];
    this.text = text;
    this.tail = tail;
    // The last settled one may have to get its buttons, now that another follows it.
    const first = Math.max(0, from - 1);
    const wanted = [...this.shown.slice(first, from).map((one) => one.block), ...fresh, ...open];
    this.settled = from + fresh.length;
    this.renew(first, wanted);
    this.mounted.keep(new Set(this.shown.map((one) => one.block.mount?.id)));
    return true;
  }

  renew(first, wanted) {
    const ids = new Set(wanted.map((block) => block.id));
    const kept = new Map();
    for (const one of this.shown.splice(first)) {
      if (ids.has(one.block.id)) kept.set(one.block.id, one);
      else one.made.remove();
    }
    wanted.forEach((block, at) => {
      const one = kept.get(block.id) ?? this.create(block);
      kept.delete(block.id);
      this.fill(one, block, wanted[at + 1], first + at < this.settled);
      const there = this.inner.children[first + at];
      if (there !== one.made) this.inner.insertBefore(one.made, there ?? null);
      this.shown.push(one);
    });
  }

  create(block) {
    const made = make('div', 'piece');
    made.dataset.kind = block.kind;
    const body = make('div', 'body reading');
    body.dir = 'auto';
    made.append(body);
    return { block: {}, made, body, key: null };
  }

  fill(one, block, next, settled) {
    const was = one.block.html;
    const drawn = Boolean(block.mount && one.block.mount && shared.draw);
    if (!drawn && was !== block.html && !grow(one.body, was, block.html)) put(one.body, block.html);
    if (block.mount) this.mounted.put(one.body, block.mount);
    else one.body.classList.add('reading');
    one.made.dataset.kind = block.kind;  // a call that was answered is a step
    one.block = block;
    if (block.round) one.made.dataset.round = block.round;
    const wanted = this.acts.key(block, next, settled);
    if (wanted === one.key) return;
    one.key = wanted;
    one.made.querySelector(':scope > .acts')?.remove();
    if (wanted) one.made.append(this.acts.row(one, wanted));
  }

  // What an item says, as it is read.
  textOf(item) {
    const parts = this.shown.filter((one) => one.block.item === item).map((one) => one.body.innerText.trim());
    return parts.join('\n\n');
  }

  // The message that a block answers: the last one of the visitor's above it.
  question(block) {
    const at = this.shown.findIndex((one) => one.block.id === block.id);
    const above = this.shown.slice(0, at + 1).reverse();
    return above.find((one) => one.block.kind === 'user' && one.block.item)?.block ?? null;
  }

  toRound(round) {
    const found = [...this.inner.children].find((one) => one.dataset.round === round);
    if (!found) return;
    this.stuck = false;
    this.list.scrollTo({ top: found.offsetTop - 8 });
    this.look();
  }
}

// The approvals of a tab with one lane.
const root = element.querySelector('.drawn');
const cards = new Cards(root, (run, decisions) => trigger('ask_decide', { run, decisions }));

function draw() {
  const { run, asks = [] } = props.value ?? {};
  cards.draw(run, asks, () => document.querySelector('#box textarea'));
}

watch('value', draw);
draw();

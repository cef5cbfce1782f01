// What is asked again: forms that start in a lane's menu, and in the bar's.
function repeat(anchor, lane) {
  const times = make('input');
  Object.assign(times, { type: 'number', min: 2, max: 10, value: 3, required: true });
  const note = make('p', '', 'The last message is answered again and again, each time as a new version.');
  form(anchor, 'Repeat', [note, field('Times', times, '2 to 10')], {
    does: 'Repeat',
    act: () => act('repeat', { lane: lane.id, times: Number(times.value) }),
  });
}

function replay(anchor, lane) {
  const room = MOST - board.lanes.length;
  const taken = new Set(board.lanes.map((one) => one.model));
  const offers = choices.providers.filter((one) => one.available && one.models.length && !taken.has(one.models[0].name));
  const boxes = offers.map((one) => {
    const box = make('input');
    box.type = 'checkbox';
    box.value = one.models[0].name;
    const row = make('label', 'check');
    row.append(box, make('span', '', one.models[0].name));
    return row;
  });
  const other = typed(namesOrNone(), '', choices.free);
  const list = make('div', 'checks');
  list.append(...boxes);
  const note = make('p', '', `All messages are sent again, turn by turn, in a new lane for each model (up to ${room}).`);
  form(anchor, 'Replay on other models', [note, list, field('Another', other, 'provider/model')], {
    does: 'Replay',
    act: () => {
      const names = [...list.querySelectorAll(':checked')].map((box) => box.value);
      if (other.input.value.trim()) names.push(other.input.value.trim());
      if (!names.length) return false;
      act('replay', { lane: lane.id, models: names.slice(0, room) });
    },
  });
}

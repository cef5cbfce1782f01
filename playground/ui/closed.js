// A conversation in which nothing can be said any more, or not now: the box says so.
const WORDS = { locked: 'This conversation is locked', closed: 'This conversation is closed' };
let shutBy = '';

function sayClosed(lanes) {
  const said = lanes.length && lanes.every((lane) => lane.status) ? lanes[0].status : null;
  const words = said ? [WORDS[said.type] ?? WORDS.closed, said.reason].filter(Boolean).join(': ') : '';
  if (words !== shutBy) mark('closed', words);
  shutBy = words;
  const area = document.querySelector('#box textarea');
  if (!area) return;
  area.readOnly = Boolean(words);
  area.setAttribute('aria-disabled', String(Boolean(words)));
  if (words) area.placeholder = words;
  else if (area.dataset.closed) area.placeholder = lanes.length > 1 ? `Message ${lanes.length} lanes` : 'Message the agent';
  area.dataset.closed = words;
}

// The server would refuse it; so nothing is sent, and what is in the box stays.
function refused(event) {
  if (!shutBy) return;
  const sends = event.type === 'keydown' ? event.key === 'Enter' && event.target.matches?.('#box textarea') : event.target.closest?.('#send');
  if (!sends) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
document.addEventListener('keydown', refused, true);
document.addEventListener('click', refused, true);

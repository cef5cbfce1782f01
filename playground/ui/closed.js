// A conversation in which nothing can be said any more, or not now: the box says so.
const WORDS = { locked: 'This conversation is locked', closed: 'This conversation is closed' };
let shutBy = '';

// Says what stands in the empty box: why nothing can be said, or whom it goes to.
function sayClosed(lanes, invitation) {
  const said = lanes.length && lanes.every((lane) => lane.status) ? lanes[0].status : null;
  shutBy = said ? [WORDS[said.type] ?? WORDS.closed, said.reason].filter(Boolean).join(': ') : '';
  if (shutBy) document.body.dataset.closed = 'yes';
  else delete document.body.dataset.closed;
  const area = document.querySelector('#box textarea');
  if (!area) return;
  area.readOnly = Boolean(shutBy);
  area.setAttribute('aria-disabled', String(area.readOnly));
  area.placeholder = shutBy || invitation;
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

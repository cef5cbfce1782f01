(feed, strip) => {
  // Hands a picture to the components. A late one of another tab is dropped, and what is as it was is left alone.
  const keep = { __type__: 'update' };
  const nothing = Array(6).fill(keep);
  if (!feed?.rest) return nothing;
  const rest = JSON.parse(feed.rest);
  if (rest.index.tab !== strip?.chosen) return nothing;
  let seen = globalThis.playgroundSeen;
  if (!seen || seen.watch !== feed.watch) seen = globalThis.playgroundSeen = { watch: feed.watch };
  if (seen.settled !== feed.settled) {
    seen.settled = feed.settled;
    seen.messages = JSON.parse(feed.settled);
  }
  const news = (name) => {
    if (feed[name] === undefined || seen[name] === feed[name]) return keep;
    seen[name] = feed[name];
    return { ...JSON.parse(feed[name]), __type__: 'update' };
  };
  return [
    { value: [...seen.messages, ...JSON.parse(feed.open)], feedback_value: rest.feedback, __type__: 'update' },
    rest.index,
    news('strip'),
    news('versions'),
    news('providers'),
    news('note'),
  ];
}

(feed, strip) => {
  // Hands a picture to the components. A late one of another tab is dropped, and what is as it was is left alone.
  const keep = { __type__: 'update' };
  const rest = feed?.rest && JSON.parse(feed.rest);
  // A watch that ended before it saw the tab has news, of where to go instead, and no conversation.
  if (!feed?.watch && !rest || rest && rest.index.tab !== strip?.chosen) return Array(7).fill(keep);
  let seen = globalThis.playgroundSeen;
  if (!seen || seen.watch !== feed.watch) seen = globalThis.playgroundSeen = { watch: feed.watch };
  if (rest && seen.settled !== feed.settled) {
    seen.settled = feed.settled;
    seen.messages = JSON.parse(feed.settled);
  }
  const news = (name) => {
    if (feed[name] === undefined || seen[name] === feed[name]) return keep;
    seen[name] = feed[name];
    return { ...JSON.parse(feed[name]), __type__: 'update' };
  };
  return [
    rest
      ? { value: [...seen.messages, ...JSON.parse(feed.open)], feedback_value: rest.feedback, __type__: 'update' }
      : keep,
    rest ? rest.index : keep,
    news('strip'),
    news('versions'),
    news('providers'),
    news('note'),
    news('asks'),
  ];
}

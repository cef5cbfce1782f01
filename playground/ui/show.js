(feed, strip) => {
  // Hands a picture to the components. A late one of another tab is dropped, and what is as it was is left alone.
  const keep = { __type__: 'update' };
  const rest = feed?.rest && JSON.parse(feed.rest);
  const tab = rest?.index.tab ?? (feed?.board && JSON.parse(feed.board).tab);
  // A watch that ended before it saw the tab has news, of where to go instead, and no conversation.
  if (!feed?.watch && !tab || tab && tab !== strip?.chosen) return Array(8).fill(keep);
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
  // The lanes' strings are long, and Gradio compares values by writing them out: the board gets to know of them only.
  const lanes = () => {
    const names = Object.keys(feed).filter((name) => /^(board$|choices$|lane:|tail:)/.test(name));
    const fresh = names.filter((name) => seen[name] !== feed[name]);
    if (!feed.board || !fresh.length) return keep;
    for (const name of fresh) seen[name] = feed[name];
    const { at = 0 } = globalThis.playgroundBoard ?? {};
    globalThis.playgroundBoard = { at: at + 1, feed, index: rest?.index };
    return { value: { at: at + 1 }, __type__: 'update' };
  };
  return [
    rest
      ? { value: [...seen.messages, ...JSON.parse(feed.open)], feedback_value: rest.feedback, __type__: 'update' }
      : keep,
    rest ? rest.index : tab ? { tab } : keep,
    news('strip'),
    news('versions'),
    news('providers'),
    news('note'),
    news('asks'),
    lanes(),
  ];
}

// Where a thread's branches part from one another. Pure.

/**
 * The versions at items of the branch that is shown: Map of item id → {index, ids}, `ids` oldest first.
 * `branches` are {id, head, parent, forked_after, created_at}; `whole` says that `items` begin at the beginning.
 */
export function versions(branches, items, whole) {
  const found = new Map();
  if (branches.length < 2) return found;
  const lineage = ancestry(branches);
  for (const [after, forks] of groups(branches)) {
    const at = place(items, after, whole);
    if (at === null) continue;
    const ids = [...new Set([forks[0].parent, ...forks.map((fork) => fork.id)])];
    const index = ids.indexOf(lineage.find((id) => ids.includes(id)));
    if (index >= 0 && ids.length > 1) found.set(at, { index, ids });
  }
  return found;
}

/** The branch that is shown, the one that it comes from, and so on. */
function ancestry(branches) {
  const byId = new Map(branches.map((branch) => [branch.id, branch]));
  const line = [];
  for (let at = branches.find((branch) => branch.head); at && !line.includes(at.id); at = byId.get(at.parent)) line.push(at.id);
  return line;
}

function groups(branches) {
  const forks = branches.filter((branch) => branch.parent).toSorted((a, b) => a.created_at.localeCompare(b.created_at));
  return Map.groupBy(forks, (fork) => fork.forked_after ?? null);
}

/** The item that shows the versions which begin after another: the message edited, else the answer to it. */
function place(items, after, whole) {
  const at = after === null ? -1 : items.findIndex((item) => item.id === after);
  if (after === null ? !whole : at < 0) return null;
  if (items[at + 1]?.type === "user_message") return items[at + 1].id;
  for (let next = at + 1; next < items.length && items[next].type !== "user_message"; next++)
    if (items[next].type === "assistant_message") return items[next].id;
  return after;
}

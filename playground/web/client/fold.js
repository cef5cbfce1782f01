// What a reader sees of a thread: a pure fold over events, the same as playground/transcript.py. A value is never
// changed, so an item that is the same object looks the same.

/** No items yet. `open` holds the ids of items still being written. */
export function blank() {
  return { items: [], open: new Set(), title: null, progress: null, error: null, notices: [] };
}

/** The transcript of stored items, oldest first. */
export function replay(items, title = null) {
  return { ...blank(), items: [...items], title };
}

/** The transcript after one more event. What a reader does not see leaves it as it is. */
export function apply(transcript, event) {
  switch (event.type) {
    case "thread.item.updated":
      return update(transcript, event);
    case "thread.item.added":
      return { ...put(transcript, event.item), open: new Set(transcript.open).add(event.item.id), progress: null };
    case "thread.item.replaced": // of an item that is not there: it is older than what was read
      if (position(transcript.items, event.item.id) < 0) return transcript;
    case "thread.item.done": // and else the same
      return { ...put(transcript, event.item), open: without(transcript.open, event.item.id), progress: null };
    case "thread.item.removed":
      return {
        ...transcript,
        items: transcript.items.filter((item) => item.id !== event.item_id),
        open: without(transcript.open, event.item_id),
      };
    case "thread.created":
    case "thread.updated":
      return { ...transcript, title: event.thread.title ?? null };
    case "progress_update":
      return { ...transcript, progress: { text: event.text, icon: event.icon ?? null } };
    case "error":
      return { ...transcript, error: event, progress: null };
    case "notice":
      return { ...transcript, notices: [...transcript.notices, event] };
    default:
      return transcript;
  }
}

function without(ids, id) {
  const left = new Set(ids);
  left.delete(id);
  return left;
}

function position(items, id) {
  for (let index = items.length - 1; index >= 0; index--) if (items[index].id === id) return index;
  return -1;
}

function put(transcript, item) {
  const index = position(transcript.items, item.id);
  const items = index < 0 ? [...transcript.items, item] : transcript.items.with(index, item);
  return { ...transcript, items };
}

function update(transcript, event) {
  const index = position(transcript.items, event.item_id);
  if (index < 0 || !transcript.open.has(event.item_id)) return transcript; // the store has no updates of what is done
  return { ...transcript, items: transcript.items.with(index, updated(transcript.items[index], event.update)) };
}

/** The item after one update; one that does not fit its kind leaves it as it is. */
export function updated(item, change) {
  switch (item.type) {
    case "assistant_message":
      return messageUpdated(item, change);
    case "workflow":
      return workflowUpdated(item, change);
    case "widget":
      return widgetUpdated(item, change);
    case "generated_image":
      return change.type === "generated_image.updated" ? { ...item, image: change.image } : item;
    default:
      return item;
  }
}

function messageUpdated(item, change) {
  const at = change.content_index;
  const part = item.content[at];
  switch (change.type) {
    case "assistant_message.content_part.added":
    case "assistant_message.content_part.done":
      return { ...item, content: placed(item.content, at, change.content) };
    case "assistant_message.content_part.text_delta":
      if (!part) return item;
      return { ...item, content: item.content.with(at, { ...part, text: part.text + change.delta }) };
    case "assistant_message.content_part.annotation_added": {
      if (!part) return item;
      const annotations = [...(part.annotations ?? []), change.annotation];
      return { ...item, content: item.content.with(at, { ...part, annotations }) };
    }
    default:
      return item;
  }
}

function workflowUpdated(item, change) {
  if (change.type !== "workflow.task.added" && change.type !== "workflow.task.updated") return item;
  const tasks = placed(item.workflow.tasks, change.task_index, change.task);
  return { ...item, workflow: { ...item.workflow, tasks } };
}

function widgetUpdated(item, change) {
  switch (change.type) {
    case "widget.root.updated":
      return { ...item, widget: change.widget };
    case "widget.component.updated":
      return { ...item, widget: changed(item.widget, change.component_id, () => change.component) };
    case "widget.streaming_text.value_delta":
      return { ...item, widget: changed(item.widget, change.component_id, (part) => grown(part, change)) };
    default:
      return item;
  }
}

function grown(part, { delta, done }) {
  const { value = null } = part;
  if (value !== null && typeof value !== "string") return part;
  return { ...part, value: (value ?? "") + delta, ...(done && "streaming" in part && { streaming: false }) };
}

/** The tree with the first component of that id changed. */
function changed(node, id, change) {
  if (node.id === id) return change(node);
  const { children } = node;
  if (component(children)) {
    const inside = changed(children, id, change);
    return inside === children ? node : { ...node, children: inside };
  }
  if (!Array.isArray(children) || !children.every(component)) return node;
  for (const [index, child] of children.entries()) {
    const inside = changed(child, id, change);
    if (inside !== child) return { ...node, children: children.with(index, inside) };
  }
  return node;
}

function component(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The list with a value at an index; beyond the end it is appended. */
function placed(list, index, value) {
  const size = list.length;
  const start = index < 0 ? Math.max(0, size + index) : Math.min(index, size);
  const end = index + 1 < 0 ? Math.max(0, size + index + 1) : Math.min(index + 1, size);
  return [...list.slice(0, start), value, ...list.slice(Math.max(start, end))];
}

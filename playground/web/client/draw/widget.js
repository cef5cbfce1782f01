// Widgets: what an agent composes of components. Any component may come with anything in it, so each is read with care,
// and how deep and how many there are is bounded.

import * as boxes from "./boxes.js";
import { button, press } from "./buttons.js";
import { chart } from "./charts.js";
import { el } from "./dom.js";
import * as fields from "./fields.js";
import { basic, card, listItem, listView } from "./roots.js";
import { row } from "./rows.js";
import { list, record, text } from "./safe.js";
import * as texts from "./texts.js";

const DEEP = 30;
const MANY = 1500;
let widgets = 0; // ids of fields have to differ between widgets of one page

/** Every component: type → (component, c) → element. */
export const COMPONENTS = {
  Card: card,
  ListView: listView,
  Basic: basic,
  ListViewItem: listItem,
  Box: boxes.box,
  Row: boxes.box,
  Col: boxes.box,
  Form: boxes.form,
  Divider: boxes.divider,
  Spacer: boxes.spacer,
  Transition: boxes.transition,
  Table: boxes.table,
  "Table.Row": boxes.tableRow,
  "Table.Cell": boxes.tableCell,
  Text: texts.text,
  Title: texts.title,
  Caption: texts.caption,
  Markdown: texts.markdown,
  Badge: texts.badge,
  Icon: texts.icon,
  Image: texts.image,
  Label: texts.label,
  Button: button,
  Input: fields.input,
  Textarea: fields.textarea,
  Select: fields.select,
  DatePicker: fields.datePicker,
  Checkbox: fields.checkbox,
  RadioGroup: fields.radioGroup,
  Chart: chart,
};

/** A widget item: its root, and a row to copy it if it says how. */
export function widget(item, c) {
  const root = record(item.widget);
  const own = (c.state.widget ??= `pg-w${(widgets += 1)}`);
  const labels = labelled(root);
  let drawn = 0;
  const inner = {
    ...c,
    off: !c.act || Boolean(c.readonly),
    header: false,
    idOf: (name) => `${own}-${encodeURIComponent(name.slice(0, 100))}`,
    isLabelled: (name) => labels.has(name),
    // By type and name, so that a redraw never makes one field of another
    key: ({ key, id, name, type }) => `${text(type, 40)} ${text(key ?? id ?? name, 200)}`,
    press: (config, how) => press(config, how, item, c),
  };
  const draw = (component, depth, more) => {
    const { type } = record(component);
    if (depth > DEEP || (drawn += 1) > MANY || !component || typeof component !== "object") return loose(component);
    const known = typeof type === "string" && Object.hasOwn(COMPONENTS, type) ? COMPONENTS[type] : boxes.unknown;
    return known(record(component), {
      ...inner,
      ...more,
      children: (parent, also) => childrenOf(parent).map((child) => draw(child, depth + 1, also)),
    });
  };
  const frame = el("div", { class: "pg-widget", key: "widget", "data-type": text(root.type, 40) }, draw(root, 0, {}));
  return [frame, text(item.copy_text) ? row(item, { ...c, feedback: null, retry: null, branches: null }) : null];
}

const loose = (value) =>
  typeof value === "string" || typeof value === "number" ? el("span", { dir: "auto" }, text(value)) : null;

const childrenOf = ({ children }) => (Array.isArray(children) ? list(children, 1000) : children ? [children] : []);

// The fields that a Label names.
function labelled(component, depth = 0, found = new Set()) {
  if (depth > DEEP) return found;
  const { type, fieldName } = record(component);
  if (type === "Label" && typeof fieldName === "string") found.add(fieldName);
  for (const child of childrenOf(record(component))) labelled(child, depth + 1, found);
  return found;
}

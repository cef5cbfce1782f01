// The fields of widgets: what they are made of, and what is in them when an action is pressed.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { among, list, number, record, text } from "./safe.js";

const SIZES = ["3xs", "2xs", "xs", "sm", "md", "lg", "xl", "2xl", "3xl"];
const TWICE = /\([^)]*[+*}][^)]*\)\s*[+*{]/; // a pattern such as (a+)+ would keep the browser busy for ever

/** What all fields share. */
export function fieldProps(component, c) {
  const { pattern } = component;
  const name = text(component.name, 200);
  // No `name`: one such as "style" would stand before the form's own property of that name
  return {
    "data-name": name,
    id: c.idOf(name),
    dir: "auto",
    required: component.required === true,
    disabled: component.disabled === true || c.off,
    placeholder: text(component.placeholder, 500) || null,
    pattern: typeof pattern === "string" && pattern.length <= 200 && !TWICE.test(pattern) ? pattern : null,
    "aria-label": c.isLabelled(name)
      ? null
      : text(component.ariaLabel ?? component.label ?? component.placeholder, 300) || name || null,
    "data-size": among(component.size, SIZES, "md"),
    "data-variant": among(component.variant, ["soft", "outline", "solid", "ghost"], "outline"),
    "data-pill": component.pill === true,
    "data-block": component.block === true,
    "data-1p-ignore": component.allowAutofillExtensions === true ? null : true,
    "data-lpignore": component.allowAutofillExtensions === true ? null : "true",
    "data-first": component.autoFocus === true,
    "data-select": component.autoSelect === true,
    key: c.key(component),
  };
}

/** A line of text. */
export function input(component, c) {
  const type = among(component.inputType, ["number", "email", "text", "password", "tel", "url"], "text");
  return el("input", {
    ...fieldProps(component, c),
    class: "pg-field",
    type,
    value: text(component.defaultValue) || null,
    autocomplete: type === "password" ? "new-password" : component.allowAutofillExtensions ? null : "off",
  });
}

/** Several lines of text. */
export function textarea(component, c) {
  const rows = Math.round(number(component.rows, 1, 30) ?? 3);
  const grow =
    component.autoResize === true
      ? {
          "data-grow": true,
          style: { "max-block-size": `${Math.round(number(component.maxRows, rows, 40) ?? 12) * 1.5 + 1.2}em` },
        }
      : {};
  const { pattern: _, ...props } = fieldProps(component, c);
  return el("textarea", { ...props, ...grow, class: "pg-field", rows }, text(component.defaultValue));
}

const changed =
  (component, c) =>
  ({ currentTarget }) =>
    c.press(component.onChangeAction, { trigger: currentTarget, usual: "none", own: true });

/** One of several, from a list. */
export function select(component, c) {
  const options = list(component.options).map(record);
  const given = text(component.defaultValue);
  const chosen = options.some(({ value }) => text(value) === given) ? given : "";
  const field = el(
    "select",
    { ...fieldProps(component, c), class: "pg-field pg-select", on: { change: changed(component, c) } },
    chosen && !component.clearable
      ? null
      : el(
          "option",
          { value: "", disabled: !component.clearable, selected: !chosen, hidden: !component.clearable },
          text(component.placeholder, 300) || c.t("Choose"),
        ),
    options.map(({ value, label, disabled, description }) =>
      el(
        "option",
        {
          value: text(value),
          selected: Boolean(chosen) && text(value) === chosen,
          disabled: disabled === true,
          title: text(description, 500) || null,
        },
        text(label, 500) || text(value, 500),
        text(description) ? ` – ${text(description, 200)}` : "",
      ),
    ),
  );
  return el(
    "span",
    { class: "pg-select-box", "data-block": component.block === true, key: c.key(component) },
    field,
    icon("chevron-down"),
  );
}

const day = (value) => (typeof value === "string" ? (/^\d{4}-\d{2}-\d{2}/.exec(value)?.[0] ?? null) : null);

/** A day. */
export const datePicker = (component, c) =>
  el("input", {
    ...fieldProps(component, c),
    class: "pg-field pg-date",
    type: "date",
    value: day(component.defaultValue),
    min: day(component.min),
    max: day(component.max),
    on: { change: changed(component, c) },
  });

/** A tick. */
export function checkbox(component, c) {
  const { pattern: _, placeholder: __, dir: ___, ...props } = fieldProps(component, c);
  const box = el("input", {
    ...props,
    key: undefined,
    type: "checkbox",
    checked: component.defaultChecked === true,
    value: "true",
    on: { change: changed(component, c) },
  });
  return el(
    "label",
    { class: "pg-check", key: props.key },
    box,
    text(component.label) ? el("bdi", {}, text(component.label, 1000)) : null,
  );
}

/** One of several, all in view. */
export function radioGroup(component, c) {
  const { name } = component;
  const shared = { name: c.idOf(text(name, 200)), "data-name": text(name, 200), required: component.required === true };
  const option = ({ label, value, disabled }, index) =>
    el(
      "label",
      { class: "pg-check", key: `option ${index}` },
      el("input", {
        ...shared,
        type: "radio",
        value: text(value),
        checked: value === component.defaultValue && value !== undefined,
        disabled: component.disabled === true || disabled === true || c.off,
        on: { change: changed(component, c) },
      }),
      el("bdi", {}, text(label, 1000) || text(value, 1000)),
    );
  const named =
    c.isLabelled(name) && !component.ariaLabel
      ? { "aria-labelledby": `${c.idOf(text(name, 200))}-label` }
      : { "aria-label": text(component.ariaLabel, 300) || text(name, 200) || null };
  return el(
    "div",
    {
      role: "radiogroup",
      class: "pg-radios",
      "data-direction": component.direction === "row" ? "row" : "column",
      ...named,
      key: c.key(component),
    },
    list(component.options, 100).map(record).map(option),
  );
}

/** What is in the fields: name → text, true or false, or null if nothing was picked. */
export function valuesOf(fields) {
  const values = {};
  for (const field of fields) {
    const { name } = field.dataset;
    if (!name || field.disabled) continue;
    if (field.type === "radio") put(values, name, field.checked ? field.value : (take(values, name) ?? null));
    else put(values, name, field.type === "checkbox" ? field.checked : field.value);
  }
  return values;
}

// Names with dots are paths: "todo.title" is the title of the todo. No name reaches an object's own machinery.
function put(values, name, value) {
  const path = name.split(".");
  if (path.some((step) => !step || ["__proto__", "constructor", "prototype"].includes(step))) return;
  const last = path.pop();
  let place = values;
  for (const step of path) place = place[step] = record(place[step]);
  place[last] = value;
}

const take = (values, name) =>
  name.split(".").reduce((place, step) => (Object.hasOwn(record(place), step) ? place[step] : undefined), values);

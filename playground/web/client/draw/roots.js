// The roots of widgets: cards, lists, plain ones; and the rows of a list.

import { el } from "./dom.js";
import { borders, look } from "./boxes.js";
import { icon } from "./icons.js";
import { among, list, number, picture, record, text } from "./safe.js";
import { componentText } from "./plain.js";
import { colour, distance, only, spacing } from "./values.js";

const SHOWN = 6; // rows of a list that says "auto"

const themed = (component) => ({ "data-theme": among(component.theme, ["light", "dark"], null) });
const classed = (name, component) => `${name}${["light", "dark"].includes(component.theme) ? " pg-theme" : ""}`;

function status(component, c) {
  const { text: words, favicon, icon: name, frame } = record(component.status);
  if (!text(words)) return null;
  const src = favicon ? picture(favicon, c.imageDomains)?.src : undefined;
  const sign = src
    ? el("img", { src, alt: "", class: frame ? "pg-frame" : null, referrerpolicy: "no-referrer" })
    : name
      ? icon(text(name, 60))
      : favicon
        ? icon("globe")
        : null;
  return el("div", { class: "pg-status", key: "status" }, sign, el("bdi", {}, text(words, 500)));
}

/** A card; a form if it says so. Its buttons stand at its foot. */
export function card(component, c) {
  const foot = footer(component, c);
  const body = el(
    "div",
    { class: "pg-card-body", key: "body", style: spacing("padding", component.padding) },
    c.children(component),
  );
  const style = { ...only({ background: colour(component.background, "surface") }), ...borders(component.border) };
  const props = {
    class: classed("pg-card", component),
    "data-size": among(component.size, ["sm", "md", "lg", "full"], "md"),
    ...themed(component),
    key: c.key(component),
    style,
  };
  const inside = [
    status(component, c),
    component.collapsed === true ? collapsible(body, foot, component, c) : [body, foot],
  ];
  if (component.asForm !== true) return el("div", props, inside);
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    c.press(record(component.confirm).action, { trigger: event.submitter ?? event.currentTarget, usual: "container" });
  };
  return el("form", { ...props, on: { submit } }, inside);
}

function collapsible(body, foot, component, c) {
  const name =
    text(record(component.status).text, 200) || componentText(component).split("\n")[0].slice(0, 120) || c.t("Details");
  return el(
    "details",
    { class: "pg-collapsible", open: Boolean(foot) },
    el("summary", { class: "pg-fold-head" }, el("bdi", {}, name), icon("chevron-right", { class: "pg-turn" })),
    body,
    foot,
  );
}

function footer(component, c) {
  const made = (side, primary) => {
    const { label, action } = record(component[side]);
    if (!text(label)) return null;
    const submit = primary && component.asForm === true;
    const click = ({ currentTarget }) => c.press(action, { trigger: currentTarget, usual: "container" });
    return el(
      "button",
      {
        type: submit ? "submit" : "button",
        class: `pg-button${primary ? " pg-primary" : ""}`,
        disabled: c.off,
        on: submit ? {} : { click },
      },
      el("bdi", {}, text(label, 300)),
    );
  };
  const buttons = [made("cancel", false), made("confirm", true)];
  return buttons.some(Boolean) ? el("div", { class: "pg-card-foot pg-buttons", key: "foot" }, buttons) : null;
}

/** A list: so many rows at first, the others when asked for. */
export function listView(component, c) {
  const rows = list(component.children, 1000);
  const limit = component.limit === "auto" ? SHOWN : number(component.limit, 1, 1000);
  const cut = limit !== undefined && !c.state.all && rows.length > limit ? Math.floor(limit) : rows.length;
  const more = rows.length - cut;
  return el(
    "div",
    { class: classed("pg-card pg-list", component), "data-size": "md", ...themed(component), key: c.key(component) },
    status(component, c),
    el("ul", { key: "rows" }, c.children({ children: rows.slice(0, cut) })),
    more
      ? el(
          "button",
          { type: "button", class: "pg-more", key: "more", on: { click: () => c.change({ all: true }) } },
          c.t("Show {count} more", { count: more }),
          icon("chevron-down"),
        )
      : null,
  );
}

/** A row of a list. If it can be pressed, a button lies below what is in it, so that this can be pressed as well. */
export function listItem(component, c) {
  const action = record(component.onClickAction);
  const press = ({ currentTarget }) => c.press(action, { trigger: currentTarget.parentElement, usual: "self" });
  const cover = text(action.type)
    ? el("button", {
        type: "button",
        class: "pg-cover",
        "aria-label": componentText(component).replaceAll("\n", " · ").slice(0, 200) || c.t("Open"),
        disabled: c.off,
        on: { click: press },
      })
    : null;
  const style = { ...only({ gap: distance(component.gap) }), ...look({ align: component.align }) };
  return el(
    "li",
    { class: "pg-list-row", key: c.key(component) },
    cover,
    el("div", { class: "pg-box", "data-direction": "row", style }, c.children(component)),
  );
}

/** A root without a frame. */
export const basic = (component, c) =>
  el(
    "div",
    {
      class: classed("pg-box pg-basic", component),
      "data-direction": component.direction === "row" ? "row" : "column",
      ...themed(component),
      key: c.key(component),
      style: look({
        gap: component.gap,
        padding: component.padding,
        align: component.align,
        justify: component.justify,
      }),
    },
    c.children(component),
  );

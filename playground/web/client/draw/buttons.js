// What can be pressed in a widget, and what happens then.

import { el } from "./dom.js";
import { valuesOf } from "./fields.js";
import { icon } from "./icons.js";
import { among, record, text } from "./safe.js";

const SIZES = ["3xs", "2xs", "xs", "sm", "md", "lg", "xl", "2xl", "3xl"];
const TONES = ["primary", "secondary", "info", "discovery", "success", "caution", "warning", "danger"];

/** A button. */
export function button(component, c) {
  const { style, color, variant, size, onClickAction: action, iconStart, iconEnd, label } = component;
  const primary = style === "primary";
  const props = {
    class: "pg-w-button",
    type: component.submit === true ? "submit" : "button",
    "data-tone": among(color, TONES, primary ? "primary" : "secondary"),
    "data-variant": among(
      variant,
      ["solid", "soft", "outline", "ghost"],
      primary ? "solid" : color ? "soft" : "outline",
    ),
    "data-size": among(size, SIZES, "md"),
    "data-icon": among(component.iconSize, ["sm", "md", "lg", "xl", "2xl"], null),
    "data-pill": component.pill === true,
    "data-uniform": component.uniform === true || (!text(label) && Boolean(iconStart ?? iconEnd)),
    "data-block": component.block === true,
    disabled: component.disabled === true || (c.off && Boolean(action || component.submit)),
    "aria-label": text(label)
      ? null
      : text(iconStart ?? iconEnd, 60)
          .replace(/^\w+:|-/g, " ")
          .trim() || c.t("Button"),
    key: c.key(component),
  };
  const press = ({ currentTarget }) => c.press(action, { trigger: currentTarget, usual: "self" });
  return el(
    "button",
    { ...props, on: action ? { click: press } : {} },
    iconStart ? icon(text(iconStart, 60)) : null,
    text(label) ? el("bdi", {}, text(label, 300)) : null,
    iconEnd ? icon(text(iconEnd, 60)) : null,
  );
}

/**
 * Carries out an action: gathers the fields of the form it is in (or, `own`, of its own field), shows that it is under
 * way, and gives it to the context, or as a `pg-client-action` event to the page. What is there in the payload wins over
 * a field of that name.
 */
export async function press(config, { trigger, usual, own = false }, item, c) {
  const { type, payload, handler, loadingBehavior, streaming } = record(config);
  if (typeof type !== "string" || !type) return;
  const root = c.root();
  const form = trigger.closest("form");
  const fields =
    form && root.contains(form) ? valuesOf(form.querySelectorAll("[data-name]")) : valuesOf(own ? [trigger] : []);
  const action = { type, payload: merged(payload, fields) };
  if (handler === "client") {
    root.dispatchEvent(
      new CustomEvent("pg-client-action", { bubbles: true, composed: true, detail: { action, item } }),
    );
    return;
  }
  const place = { self: trigger, container: root.querySelector(".pg-widget") ?? root, none: null }[
    loadingBehavior === "auto" || !loadingBehavior ? usual : loadingBehavior
  ];
  if (place?.getAttribute("aria-busy") === "true") return;
  place?.setAttribute("aria-busy", "true");
  try {
    await carryOut(action, streaming, item, c);
    if (usual === "container") trigger.closest("details.pg-collapsible")?.removeAttribute("open");
  } catch {
    // Whoever gave the function says what went wrong; here it can be pressed again
  } finally {
    place?.removeAttribute("aria-busy");
  }
}

async function carryOut(action, streaming, item, c) {
  if (streaming === false && c.sync) {
    const newer = await c.sync(action, item);
    if (newer && newer.id === item.id) c.redrawn(newer);
  } else await c.act?.(action, item);
}

function merged(payload, fields) {
  if (!Object.keys(fields).length) return payload ?? null;
  if (payload === undefined || payload === null) return fields;
  return typeof payload === "object" && !Array.isArray(payload) ? { ...fields, ...payload } : payload;
}

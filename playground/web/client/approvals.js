// The card that asks the visitor whether a tool may be called.

import { h, icon } from "./dom.js";

/** A card for one call that waits. `decide({call_id, approve, message})` is called once. */
export function approvalCard(ask, { t, decide }) {
  const reason = h("input", { type: "text", class: "field", dir: "auto", maxLength: 2000, "aria-label": t("Reason (optional)"), placeholder: t("Reason (optional)") });
  const settle = async (approve) => {
    for (const control of card.querySelectorAll("button, input")) control.disabled = true;
    try {
      await decide({ call_id: ask.call_id, approve, message: (!approve && reason.value.trim()) || null });
    } catch {
      for (const control of card.querySelectorAll("button, input")) control.disabled = false;
    }
  };
  const button = (kind, label, approve) => h("button", { type: "button", class: kind, onclick: () => settle(approve) }, label);
  const card = h(
    "section",
    { class: "approval", "aria-label": t("Approval needed"), "data-call": ask.call_id },
    h("header", {}, icon("shield"), h("strong", {}, t("Approval needed"))),
    h("p", {}, t("{agent} wants to use {tool}.", { agent: ask.agent, tool: ask.tool })),
    h("pre", { dir: "ltr", tabindex: "0", "aria-label": t("Arguments") }, pretty(ask.arguments)),
    h("footer", {}, reason, button("button", t("Reject"), false), button("button primary", t("Approve"), true)),
  );
  return card;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

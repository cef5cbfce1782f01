// What is there before the first message: who answers, and what one might ask.

import { h, icon } from "./dom.js";

/** The start screen of an agent {label, description, prompts}; `ask(text)` sends a prompt. */
export function startScreen(agent, { t, ask, greeting }) {
  return h(
    "section",
    { class: "start" },
    h("span", { class: "mark" }, icon("chat")),
    h("h1", {}, greeting || t("What can I do for you?")),
    agent && h("p", { class: "who" }, h("strong", { dir: "auto" }, agent.label), agent.description && h("span", { dir: "auto" }, agent.description)),
    agent?.prompts?.length > 0 && h("ul", { class: "prompts", "aria-label": t("Examples") }, agent.prompts.map((text) => h("li", {}, h("button", { type: "button", dir: "auto", onclick: () => ask(text) }, text)))),
  );
}

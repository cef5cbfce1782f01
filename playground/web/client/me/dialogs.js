// What is kept of a visitor, and keys of their own: told plainly, and done at once. All text is put in as text.

import { h } from "../dom.js";

const NAMES = { openai: "OpenAI", anthropic: "Anthropic", google: "Google" };

function dialog(title, t, ...content) {
  const box = h("dialog", { class: "pg-me-dialog", "aria-label": title, onclose: () => box.remove(), onclick: (event) => event.target === box && box.close() });
  const shut = h("button", { type: "button", class: "pg-me-shut", "aria-label": t("Close"), onclick: () => box.close() }, "×");
  box.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation()); // elsewhere it stops the run
  box.append(h("div", { class: "pg-me-body" }, h("header", {}, h("h2", {}, title), shut), content));
  return box;
}

function button(words, onclick, kind = "") {
  return h("button", { type: "button", class: `pg-me-button ${kind}`, onclick }, words);
}

/** Does it, and says below it what went wrong; the buttons rest meanwhile. */
async function attempt(trouble, buttons, work) {
  trouble.textContent = "";
  for (const one of buttons) one.disabled = true;
  try {
    await work();
    return true;
  } catch (error) {
    trouble.textContent = error.message;
    return false;
  } finally {
    for (const one of buttons) one.disabled = false;
  }
}

/** What is kept, a copy of it, and its end. */
export function dataDialog({ kept }, { t, server, gone }) {
  const trouble = h("p", { class: "pg-me-trouble", role: "alert" });
  const acts = h("div", { class: "pg-me-acts" });
  const copy = button(t("Download a copy"), () => attempt(trouble, [copy], server.download));
  const first = [copy, button(t("Delete my data"), () => sure(), "danger")];
  const end = button(t("Delete for good"), () => attempt(trouble, [end, keep], server.forget).then((done) => done && (box.close(), gone())), "danger full");
  const keep = button(t("Keep it"), () => (question.remove(), acts.replaceChildren(...first), first[1].focus()));
  const question = h("p", { class: "pg-me-question", role: "alert" }, t("Delete all of it? Conversations, files, votes and shared links go at once, in your other windows too. There is no way back."));
  const sure = () => (acts.before(question), acts.replaceChildren(keep, end), keep.focus());
  acts.append(...first);
  const box = dialog(t("Your data"), t, h("p", {}, kept), trouble, acts);
  return box;
}

/** The keys that a visitor has given, and a place for another one. */
export function keyDialog({ providers, held }, { t, server, changed }) {
  const trouble = h("p", { class: "pg-me-trouble", role: "alert" });
  const rows = providers.map((provider) => row(provider, held.includes(provider), { t, server, changed, trouble }));
  return dialog(
    t("Your own key"),
    t,
    h("p", {}, t("With a key of your own you go on at your own cost, and the limits in money and tokens of this playground do not hold for you. The models on offer stay the same.")),
    h("p", {}, t("The key is sent to this server and held in its memory, for you alone. It is neither stored nor logged, nor shown again. It is forgotten when you take it away, when it was not used for 12 hours, and when the server is started anew.")),
    rows,
    trouble,
  );
}

function row(provider, held, { t, server, changed, trouble }) {
  const name = NAMES[provider] ?? provider;
  const field = h("input", { type: "password", class: "pg-me-field", autocomplete: "off", spellcheck: false, maxLength: 400, required: true, "aria-label": t("Key for {provider}", { provider: name }), placeholder: t("Key for {provider}", { provider: name }) });
  const use = h("button", { class: "pg-me-button full" }, t("Use it"));
  const away = button(t("Take it away"), () => change(() => server.drop(provider), false));
  const state = h("span", { class: "pg-me-state" }, t("Your key for {provider} is in use.", { provider: name }));
  const form = h("form", { class: "pg-me-row", onsubmit: (event) => (event.preventDefault(), change(() => server.put(provider, field.value.trim()), true)) });
  const draw = (own) => form.replaceChildren(...(own ? [state, away] : [field, use]));
  const change = async (work, own) => {
    if (!(await attempt(trouble, [use, away], work))) return;
    field.value = "";
    draw(own);
    (own ? away : field).focus();
    changed();
  };
  draw(held);
  return form;
}

// Windows over the window: settings and the keys that can be pressed.

import { h, iconButton } from "./dom.js";

const MAC = /Mac|iP(hone|ad)/.test(navigator.platform);

/** What can be done by keyboard: [keys, what they do]. */
export const SHORTCUTS = [
  [["Enter"], "Send the message"],
  [["Shift", "Enter"], "New line"],
  [["Esc"], "Stop the answer"],
  [["↑"], "Edit your last message"],
  [["Alt", "N"], "New conversation"],
  [["Alt", "K"], "Search conversations"],
  [["Alt", "L"], "Write a message"],
  [["F2"], "Rename the conversation in the list"],
  [["Del"], "Delete the conversation in the list"],
  [["?"], "Show these keys"],
];

function dialog(title, t, ...content) {
  const box = h("dialog", { class: "dialog", "aria-label": title, onclose: () => box.remove(), onclick: (event) => event.target === box && box.close() });
  box.append(h("div", { class: "dialog-body" }, h("header", {}, h("h2", {}, title), iconButton("close", t("Close"), () => box.close())), content));
  return box;
}

function choice(label, options, { value, pick }) {
  const field = h("select", { class: "field", onchange: () => pick(field.value) }, options.map(([id, words]) => h("option", { value: id, selected: id === value }, words)));
  return h("label", { class: "setting" }, h("span", {}, label), field);
}

/** The settings dialog. What is undefined of `theme` and `language`, {value, options, pick}, cannot be chosen here. */
export function settingsDialog({ t, theme, language }) {
  const keys = SHORTCUTS.map(([names, words]) => [
    h("dt", { dir: "ltr" }, names.map((name) => h("kbd", {}, MAC && name === "Alt" ? "⌥" : name))),
    h("dd", {}, t(words)),
  ]);
  return dialog(
    t("Settings"),
    t,
    theme && choice(t("Appearance"), theme.options, theme),
    language && choice(t("Language"), language.options, language),
    h("h3", {}, t("Keys")),
    h("dl", { class: "keys" }, keys),
  );
}

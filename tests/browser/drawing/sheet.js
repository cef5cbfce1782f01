// What tests draw with.

import * as drawing from "/draw/index.js";
const calls = [];
const noted = (name) => async (...given) => {
  calls.push([name, ...given.map((value) => JSON.parse(JSON.stringify(value ?? null)))]);
  return window.replies[name];
};
const context = Object.fromEntries(["act", "answer", "output", "retry", "edit", "feedback"].map((name) => [name, noted(name)]));
context.sync = noted("sync");
addEventListener("pg-client-action", ({ detail }) => calls.push(["client", detail.action]));
const show = (item, extra = {}, at = document.querySelector("main")) => {
  const element = drawing.drawItem(item, { ...context, ...extra });
  at.append(element);
  return element;
};
const again = (item, extra = {}) => drawing.redraw(document.querySelector(".pg-item"), item, { ...context, ...extra });
Object.assign(window, { drawing, calls, context, show, again, replies: {} });
document.body.dataset.ready = "";

// A widget (drawn in full by the next commit).
import { el } from "./dom.js";
import { componentText } from "./plain.js";
export const widget = (item) => [el("div", { class: "pg-widget" }, componentText(item.widget))];

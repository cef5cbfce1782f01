// Money over time as bars, drawn by us: axes, the bar that is pointed at or chosen by arrow keys, a table for screen readers.

import { h, svg, write } from "./dom.js";
import { counted, money } from "./format.js";

const HEIGHT = 220;
const ROOM = { top: 12, right: 8, bottom: 26, left: 52 };
const LINES = 4;

export class Plot {
  #points = [];
  #mode = null;
  #cap = null;
  #chosen = -1;
  #drawn = "";
  #svg = svg("svg", { class: "plot", role: "img", tabindex: "0" });
  #tip = h("div", { class: "tip", role: "status", hidden: true });
  #none = h("p", { class: "empty none" });
  #rows = h("tbody");
  #caption = h("caption");

  constructor() {
    this.element = h("figure", { class: "figure" }, this.#svg, this.#none, this.#tip,
      h("table", { class: "unseen" }, this.#caption,
        h("thead", {}, h("tr", {}, ["Time", "Spent", "Model calls"].map((name) => h("th", { scope: "col" }, name)))), this.#rows));
    this.#svg.addEventListener("pointermove", (event) => this.#point(event));
    this.#svg.addEventListener("pointerdown", (event) => this.#point(event));
    this.#svg.addEventListener("pointerleave", () => this.#choose(-1));
    this.#svg.addEventListener("blur", () => this.#choose(-1));
    this.#svg.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  /** `points` are {at, usd, calls, unpriced}, evenly spaced; `mode` says how they are named: `hours` or `days`. */
  show(points, mode, cap) {
    if (mode !== this.#mode) this.#choose(-1);
    this.#points = points;
    this.#mode = mode;
    this.#cap = mode === "days" ? cap : null;
    this.#draw();
  }

  #draw() {
    const width = Math.floor(this.element.clientWidth);
    const key = JSON.stringify([width, this.#mode, this.#cap, this.#points]);
    if (!width || !this.#points.length || key === this.#drawn) return;
    this.#drawn = key;
    this.#frame(width);
    this.#tell();
    this.#choose(this.#chosen);
  }

  #frame(width) {
    const most = Math.max(...this.#points.map((point) => point.usd));
    const capped = this.#cap !== null && most > 0 && this.#cap <= most * 3;
    const step = nice((capped ? Math.max(most, this.#cap) : most) || 0.01);
    const top = step * Math.ceil(((capped ? Math.max(most, this.#cap) : most) || 0.01) / step);
    this.scale = { width, step: (width - ROOM.left - ROOM.right) / this.#points.length, top };
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.#svg.setAttribute("height", HEIGHT);
    this.#svg.replaceChildren(...this.#lines(step), ...this.#bars(), ...this.#times(), ...(capped ? this.#limit() : []));
    this.#none.hidden = most > 0 || this.#points.some((point) => point.calls);
    write(this.#none, this.#mode === "hours" ? "No model was called in the last 48 hours." : "No model was called in the last 30 days.");
  }

  #y(usd) {
    return HEIGHT - ROOM.bottom - ((HEIGHT - ROOM.top - ROOM.bottom) * usd) / this.scale.top;
  }

  #lines(step) {
    const values = Array.from({ length: Math.round(this.scale.top / step) + 1 }, (_, index) => index * step);
    return values.flatMap((usd) => {
      const y = Math.round(this.#y(usd)) + 0.5;
      const label = svg("text", { x: ROOM.left - 8, y: y + 4, class: "value" });
      label.textContent = usd === 0 ? "$0" : tick(usd, step);
      return [svg("line", { x1: ROOM.left, x2: this.scale.width - ROOM.right, y1: y, y2: y, class: usd ? "grid" : "base" }), label];
    });
  }

  #bars() {
    const gap = Math.min(Math.max(this.scale.step * 0.2, 1), 6);
    return this.#points.map((point, index) => {
      const height = point.usd > 0 ? Math.max(HEIGHT - ROOM.bottom - this.#y(point.usd), 2) : 0;
      return svg("rect", {
        x: ROOM.left + index * this.scale.step + gap / 2,
        y: HEIGHT - ROOM.bottom - height,
        width: Math.max(this.scale.step - gap, 1),
        height,
        rx: Math.min(3, this.scale.step / 4, height / 2),
        class: "bar",
      });
    });
  }

  #limit() {
    const y = this.#y(this.#cap);
    const label = svg("text", { x: this.scale.width - ROOM.right, y: y - 5, class: "cap-label" });
    label.textContent = `Cap ${money(this.#cap)} a day`;
    return [svg("line", { x1: ROOM.left, x2: this.scale.width - ROOM.right, y1: y, y2: y, class: "cap" }), label];
  }

  #times() {
    const every = Math.ceil(64 / this.scale.step);
    const wanted = this.#mode === "hours" ? [3, 6, 12, 24].find((hours) => hours >= every) ?? 24 : every;
    return this.#points.flatMap((point, index) => {
      const at = new Date(point.at);
      const marked = this.#mode === "hours" ? at.getHours() % wanted === 0 : (this.#points.length - 1 - index) % wanted === 0;
      const x = ROOM.left + (index + 0.5) * this.scale.step;
      if (!marked || x < ROOM.left + 12 || x > this.scale.width - ROOM.right - 14) return [];
      const label = svg("text", { x, y: HEIGHT - 7, class: "time" });
      label.textContent = axis(at, this.#mode);
      return [label];
    });
  }

  #tell() {
    const total = this.#points.reduce((sum, point) => sum + point.usd, 0);
    const best = this.#points.reduce((one, other) => (other.usd > one.usd ? other : one));
    const span = this.#mode === "hours" ? "the last 48 hours" : "the last 30 days";
    const most = best.usd > 0 ? ` Most: ${money(best.usd)}, ${named(best, this.#mode)}.` : "";
    this.#svg.setAttribute("aria-label", `Spent in ${span}: ${money(total)}.${most} Arrow keys tell each bar.`);
    write(this.#caption, `Spent by ${this.#mode === "hours" ? "hour" : "day"} in ${span}`);
    const used = this.#points.filter((point) => point.calls || point.usd);
    this.#rows.replaceChildren(...used.map((point) =>
      h("tr", {}, h("th", { scope: "row" }, named(point, this.#mode)), h("td", {}, money(point.usd)), h("td", {}, String(point.calls)))));
  }

  #point(event) {
    const place = (event.clientX - this.#svg.getBoundingClientRect().left - ROOM.left) / this.scale.step;
    this.#choose(place >= 0 && place < this.#points.length ? Math.floor(place) : -1);
  }

  #key(event) {
    const last = this.#points.length - 1;
    const places = { ArrowLeft: this.#chosen < 0 ? last : this.#chosen - 1, ArrowRight: this.#chosen + 1, Home: 0, End: last, Escape: -1 };
    if (!(event.key in places)) return;
    event.preventDefault();
    this.#choose(event.key === "Escape" ? -1 : Math.min(Math.max(places[event.key], 0), last));
  }

  #choose(index) {
    this.#chosen = index;
    this.#svg.querySelectorAll(".bar").forEach((bar, place) => bar.classList.toggle("chosen", place === index));
    this.#tip.hidden = index < 0;
    if (index < 0 || !this.scale) return;
    const point = this.#points[index];
    const unpriced = point.unpriced ? ` · ${point.unpriced} at an unknown price` : "";
    this.#tip.replaceChildren(h("strong", {}, money(point.usd)), h("span", {}, `${counted(point.calls, "model call")}${unpriced}`),
      h("span", { class: "quiet" }, named(point, this.#mode)));
    const x = ROOM.left + (index + 0.5) * this.scale.step;
    const half = this.#tip.offsetWidth / 2;
    this.#tip.style.left = `${Math.min(Math.max(x, half + 4), this.scale.width - half - 4)}px`;
  }
}

/** The distance of two lines: 1, 2 or 5 and zeros, so that there are about four. */
function nice(most) {
  const rough = most / LINES;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999);
}

function tick(usd, step) {
  return `$${usd.toFixed(step < 1 ? Math.max(2, Math.ceil(-Math.log10(step) - 1e-9)) : 0)}`;
}

function axis(at, mode) {
  if (mode === "days") return at.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  if (at.getHours() === 0) return at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function named(point, mode) {
  const at = new Date(point.at);
  if (mode === "days") return `${at.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "long", timeZone: "UTC" })} (UTC)`;
  return `${at.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" })}, ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}

// Questions that an agent asks: a form with choices or free text, then what was answered.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { list, record, text } from "./safe.js";

let forms = 0; // names of radio groups have to differ between forms of one page

/** The questions; a form while they are open, the answers afterwards. */
export function questions(item, c) {
  const asked = list(item.inputs, 40).map(record);
  if (item.status !== "pending") return [answered(item, asked, c)];
  const own = (c.state.form ??= `pg-form-${(forms += 1)}`);
  const off = !c.answer || Boolean(c.readonly);
  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    send(event.currentTarget, asked, item, c);
  };
  const skip = ({ currentTarget }) => give(currentTarget.form, { status: "skipped", answers: {} }, item, c);
  return [
    el(
      "form",
      { class: "pg-questions", novalidate: true, on: { submit }, key: "form" },
      asked.map((input, index) => question(input, `${own}-${index}`, off, c)),
      el(
        "p",
        { class: "pg-invalid", role: "alert", hidden: !c.state.missing },
        c.state.missing ? c.t("Please answer every question, or skip.") : "",
      ),
      el(
        "div",
        { class: "pg-buttons" },
        el("button", { type: "button", class: "pg-button", disabled: off, on: { click: skip } }, c.t("Skip")),
        el("button", { type: "submit", class: "pg-button pg-primary", disabled: off }, c.t("Send answer")),
      ),
    ),
  ];
}

function question(input, name, off, c) {
  const words = text(input.question, 2000);
  if (input.type !== "multiple_choice") {
    const about = text(input.description, 2000);
    return el(
      "div",
      { class: "pg-question", key: text(input.id, 200), "data-name": name },
      el("label", { for: name, dir: "auto" }, words),
      about ? el("p", { id: `${name}-about`, class: "pg-about", dir: "auto" }, about) : null,
      el("textarea", {
        id: name,
        class: "pg-field",
        rows: 2,
        dir: "auto",
        disabled: off,
        "aria-describedby": about ? `${name}-about` : null,
      }),
    );
  }
  const kind = input.multiple ? "checkbox" : "radio";
  return el(
    "fieldset",
    { class: "pg-question", key: text(input.id, 200), "data-name": name, disabled: off },
    el("legend", { dir: "auto" }, words, input.multiple ? el("small", {}, c.t("Several are possible")) : null),
    list(input.options, 100).map((option, index) => choice(record(option), kind, `${name}-${index}`, name)),
    own(input.multiple, c),
  );
}

/** An answer of one's own beside the options, which are suggestions. Where one answer counts, it is that one. */
function own(several, c) {
  const input = ({ currentTarget }) => {
    if (several || !currentTarget.value.trim()) return;
    for (const chosen of currentTarget.closest("fieldset").querySelectorAll("input:checked")) chosen.checked = false;
  };
  const words = c.t("Another answer");
  return el("input", { type: "text", class: "pg-field", dir: "auto", "aria-label": words, placeholder: words, on: { input } });
}

function choice(option, kind, id, name) {
  const value = text(option.value, 2000);
  return el(
    "label",
    { class: "pg-choice", for: id },
    el("input", { type: kind, id, name, value }),
    el("bdi", {}, value),
  );
}

function send(form, asked, item, c) {
  const answers = {};
  let missing = false;
  form.querySelectorAll(".pg-question").forEach((box, index) => {
    const values = valuesOf(box);
    answers[text(asked[index].id, 200)] = { values, skipped: false };
    box.toggleAttribute("data-pg-missing", !values.length);
    missing ||= !values.length;
  });
  c.change({ missing });
  if (missing) form.querySelector("[data-pg-missing] :is(input, textarea)")?.focus();
  else give(form, { status: "answered", answers }, item, c);
}

function valuesOf(box) {
  const field = box.querySelector("textarea");
  if (field) return field.value.trim() ? [field.value.trim()] : [];
  const chosen = [...box.querySelectorAll("input:checked")].map(({ value }) => value);
  const other = box.querySelector("input[type=text]").value.trim();
  if (!other) return chosen;
  return chosen[0] && box.querySelector("input[type=radio]") ? chosen : [...chosen, other];
}

async function give(form, input, item, c) {
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  try {
    await c.answer(item, input);
  } catch {
    // Whoever gave the function says what went wrong; here the form is open again
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function answered(item, asked, c) {
  const skipped = item.status === "skipped";
  return el(
    "dl",
    { class: "pg-questions pg-answered", key: "answers" },
    asked.map((input) => {
      const { values, skipped: left } = record(input.answer);
      const given = list(values, 100)
        .map((value) => text(value, 4000))
        .filter(Boolean);
      const none = skipped || left || !given.length;
      return el(
        "div",
        { class: "pg-question" },
        el("dt", { dir: "auto" }, text(input.question, 2000)),
        none
          ? el("dd", { class: "pg-skipped" }, c.t("Skipped"))
          : given.map((value) => el("dd", { dir: "auto" }, icon("check"), el("span", {}, value))),
      );
    }),
  );
}

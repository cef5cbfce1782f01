// A table whose rows stay the same elements while what they show changes: a focus is kept, a button is not pulled away.

import { arrange, h, write } from "./dom.js";

/**
 * `columns` are {heading, kind, text, title, make, update}: text(item, state) and title(item, state) are written for each
 * look, make(row) gives an element once, update(cell, item, state) changes it; `kind` is a class, a `silent` heading is only
 * for who cannot see what is below it. Of many items only the `first` are shown until all are asked for. On a narrow screen
 * each row is a card, and the headings are its labels.
 */
export class Table {
  #rows = new Map();
  #body = h("tbody");

  constructor({ caption, columns, key, empty, first = Infinity }) {
    this.columns = columns;
    this.first = first;
    this.key = key;
    this.empty = h("p", { class: "empty" }, empty);
    this.table = h("table", {}, h("caption", { class: "unseen" }, caption),
      h("thead", {}, h("tr", {}, columns.map(({ heading, kind, silent }) =>
        h("th", { scope: "col", class: kind }, silent ? h("span", { class: "unseen" }, heading) : heading)))), this.#body);
    this.more = h("button", { type: "button", class: "button small quiet", onclick: () => this.#open() });
    this.element = h("div", { class: "table" }, this.table, this.empty, h("div", { class: "more" }, this.more));
  }

  show(all, state) {
    this.last = [all, state];
    const items = all.slice(0, this.first);
    this.more.parentElement.hidden = items.length === all.length;
    write(this.more, `Show all ${all.length}`);
    const fresh = new Map();
    for (const item of items) fresh.set(this.key(item), this.#rows.get(this.key(item)) ?? this.#made());
    this.#rows = fresh;
    items.forEach((item) => this.#fill(this.#rows.get(this.key(item)), item, state));
    arrange(this.#body, items.map((item) => this.#rows.get(this.key(item)).element));
    this.table.hidden = !items.length;
    this.empty.hidden = Boolean(items.length);
  }

  #open() {
    const [all, state] = this.last;
    const place = this.first;
    this.first = Infinity;
    this.show(all, state);
    this.#body.children[place]?.querySelector("button")?.focus();
  }

  /** A row whose cells are made once; `row.item` is what it shows by now. */
  #made() {
    const row = { item: null, cells: [] };
    row.cells = this.columns.map(({ heading, kind, make, silent }) => {
      const cell = h("td", { "data-label": silent ? "" : heading, class: kind });
      if (make) cell.append(make(row));
      return cell;
    });
    row.element = h("tr", {}, row.cells);
    return row;
  }

  #fill(row, item, state) {
    row.item = item;
    this.columns.forEach(({ text, title, update }, place) => {
      const cell = row.cells[place];
      if (text) write(cell, text(item, state));
      if (title) cell.title = title(item, state);
      if (update) update(cell, item, state);
    });
  }
}

/** A button of a row: it is disabled while it works, and says what went wrong. */
export function rowButton(label, kind, onclick) {
  return h("button", { type: "button", class: `button small ${kind}`, onclick }, label);
}

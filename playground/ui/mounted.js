// Items that our ChatKit client's modules draw, in places of this page. What is typed in one outlives its place.
const PATIENCE = 20000;  // milliseconds after which what was asked of the server is no longer waited for
const TRIES = 5;         // a call can be there a moment before the server takes its answer

// All scripts of the page share the modules, and which calls the page is answering by itself.
const shared = (globalThis.playgroundDraw ??= { answered: new Set() });

function ours(name) {
  return import(new URL('chatkit/client/' + name, document.baseURI).href);
}

// The drawings stand in shadow roots: what Gradio says of all elements of its page is not said of them.
function drawing() {
  shared.modules ??= Promise.all([ours('draw/index.js'), ours('tools.js')]).then(async ([draw, tools]) => {
    const style = new CSSStyleSheet();
    await style.replace(await (await fetch(draw.stylesheet)).text());
    Object.assign(shared, { draw, tools, style });
  });
  return shared.modules;
}

function hosted(made) {
  const host = make('div', 'pg-host');
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [shared.style];
  root.append(made);
  host.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();  // elsewhere it stops the run
    event.composedPath()[0].blur();
  });
  return host;
}

// An act that the server answers to: with what changed, or with an error.
const asked = new Map();
function request(what, more) {
  const call = 'call-' + crypto.getRandomValues(new Uint32Array(3)).join('-');
  return new Promise((done, fail) => {
    asked.set(call, { done, fail });
    setTimeout(() => {
      if (asked.delete(call)) fail(new Error('No answer came. Please try again.'));
    }, PATIENCE);
    tell('act', { what, more: { ...more, call } });
  });
}
hear('told', ({ call, error, item, late }) => {
  const one = asked.get(call);
  if (!one) return;
  asked.delete(call);
  if (error) one.fail(new Error(error));
  else one.done({ item, late });
});

class Mounted {
  // `where()` says which lane and run the items belong to: { lane, run }.
  constructor(where) {
    this.where = where;
    this.items = new Map();  // id → { item, host, made, now }
    this.focus = null;       // what had the focus last, should it lose its place
    const inside = (event) => [...this.items.values()].some((one) => one.host === event.target);
    document.addEventListener('focusin', (event) => {
      this.focus = inside(event) ? event.composedPath()[0] : null;
    });
    document.addEventListener('pointerdown', (event) => {
      if (!inside(event)) this.focus = null;
    }, true);
  }

  context(item) {
    const { draw } = shared;
    const locale = navigator.language;
    const of = (more) => ({ ...this.where(item), ...more });
    const pressed = (what) => async (action, from) => (await request(what, of({ item: from?.id ?? item.id, action }))).item ?? undefined;
    const pending = item.status === 'pending';
    return {
      t: draw.translator(locale),
      locale,
      open: item.type === 'progress',
      imageDomains: [],
      act: pressed('press'),
      sync: pressed('press_at_once'),
      attachmentUrl: (file) => 'chatkit/attachments/' + encodeURIComponent(file.id),
      answer: pending ? (one, input) => request('answer', of({ item: one.id, input })) : undefined,
      output: pending && !this.tool(item) ? (one, output) => request('output', of({ item: one.id, output })) : undefined,
    };
  }

  tool(item) {
    return item.type === 'client_tool_call' ? shared.tools.toolOf(item.name) : undefined;
  }

  // A call that the browser itself can answer. Every open page tries; the first one is heard.
  async serve(item) {
    const tool = this.tool(item);
    if (!tool || item.status !== 'pending' || shared.answered.has(item.id)) return;
    shared.answered.add(item.id);
    const output = await shared.tools.run(tool, item.arguments);
    for (let tries = 0; tries < TRIES && this.items.get(item.id)?.item.status === 'pending'; tries += 1) {
      try {
        const { late } = await request('output', { ...this.where(item), item: item.id, output });
        if (!late) return;
      } catch (error) {
        return;  // the visitor was told
      }
      await new Promise((on) => setTimeout(on, 400 * (tries + 1)));
    }
    shared.answered.delete(item.id);
  }

  // Draws the item in the place, in which its words stand until then, or for ever where our modules do not come.
  put(place, item) {
    const one = this.items.get(item.id) ?? { now: '' };
    this.items.set(item.id, one);
    one.item = item;
    if (!shared.draw) {
      drawing().then(() => this.items.get(item.id) === one && this.put(place, one.item), () => {});
      return;
    }
    const now = JSON.stringify(item);
    if (now !== one.now) {
      this.draw(one);
      one.now = now;
      this.serve(item);
    }
    this.place(place, one);
  }

  draw(one) {
    const context = this.context(one.item);
    const made = one.made ? shared.draw.redraw(one.made, one.item, context) : shared.draw.drawItem(one.item, context);
    if (!one.host) one.host = hosted(made);
    else if (made !== one.made) one.made.replaceWith(made);
    one.made = made;
  }

  place(place, { host, made }) {
    if (place.firstChild === host && place.childNodes.length === 1) return;
    const focused = made.contains(this.focus) ? this.focus : null;
    place.classList.remove('reading');
    place.replaceChildren(host);
    if (focused && document.activeElement === document.body) focused.focus({ preventScroll: true });
  }

  // What is shown no more is forgotten.
  keep(ids) {
    for (const id of this.items.keys()) if (!ids.has(id)) this.items.delete(id);
  }
}

document.addEventListener('pg-client-action', (event) => {
  if (event.handled) return;
  event.handled = true;
  tell('toast', { text: 'A widget asks this page: ' + event.detail.action?.type, data: event.detail.action?.payload });
});

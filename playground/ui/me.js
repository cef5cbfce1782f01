// What is left to the visitor, what is kept of them, their own keys: drawn by our ChatKit client's modules.
const root = element.querySelector('.drawn');

function ours(name) {
  return import(new URL('chatkit/client/' + name, document.baseURI).href);
}

// The drawings stand in shadow roots: what Gradio says of all elements of its page is not said of them.
function hosted(kind, style, made) {
  const host = make('div', 'pg-host me-' + kind);
  const shadow = host.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = [style];
  shadow.append(made);
  return host;
}

function forgotten() {
  sessionStorage.clear();
  location.assign(location.pathname);
}

async function begin() {
  const [{ Api }, { Me, stylesheet }, { serverOf }, { best, rtl, translator }] = await Promise.all(
    ['api.js', 'me/me.js', 'me/server.js', 'languages.js'].map(ours),
  );
  const locale = best(navigator.languages);
  const url = new URL('chatkit', document.baseURI).href;
  const api = new Api(() => ({ url, headers: null, credentials: 'same-origin', language: locale }));
  const style = new CSSStyleSheet();
  await style.replace(await (await fetch(stylesheet)).text());
  const me = new Me({ server: serverOf(api), t: translator(locale), locale, gone: forgotten });
  me.above.dir = me.below.dir = rtl(locale) ? 'rtl' : 'ltr';
  root.replaceChildren(hosted('above', style, me.above), hosted('below', style, me.below));
  // The page's notes come above what is said here.
  const rise = ([{ contentRect: { height } }]) => document.body.style.setProperty('--above', (height && height + 24) + 'px');
  new ResizeObserver(rise).observe(me.above);
  hear('problem', () => me.soon());
  hear('board', ({ board }) => !board.lanes.some((lane) => lane.live) && me.soon());
  // The end of an answer.
  new MutationObserver(() => !document.body.dataset.live && me.soon()).observe(document.body, { attributeFilter: ['data-live'] });
  me.look();
}

begin().catch(() => {});  // without it the page is as good

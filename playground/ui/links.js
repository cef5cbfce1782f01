// What somebody wrote may hold a link that the page's framework takes for harmless, and the browser for a script.
const HARMLESS = new Set(['http:', 'https:', 'mailto:', 'tel:', 'blob:']);

function keep(event) {
  const link = event.composedPath().find((one) => one instanceof Element && one.matches('a, area'));
  if (link?.hasAttribute('href') || link?.hasAttribute('xlink:href')) {
    if (!HARMLESS.has(link.protocol)) event.preventDefault();
  }
}

for (const kind of ['click', 'auxclick', 'dragstart']) addEventListener(kind, keep, true);

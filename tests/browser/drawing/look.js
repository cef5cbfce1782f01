// Draws the items, redraws and removes them; returns what is wrong with what was drawn.
(items) => {
  const found = new Set();
  const main = document.querySelector("main");
  for (const item of items) {
    const element = show(item);
    if (element.hidden) continue;
    const frame = main.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.height > 60000) found.add(`size ${box.width} ${box.height}`);
    if (document.documentElement.scrollWidth > innerWidth) found.add("the page scrolls sideways");
    for (const one of element.querySelectorAll("*")) {
      if (/^(script|iframe|object|embed|link|meta|base|style|video|audio|template|math)$/i.test(one.tagName)) found.add(`element ${one.tagName}`);
      for (const { name, value } of one.attributes) {
        if (name.startsWith("on") || name === "srcset" || name === "formaction" || name === "action") found.add(`attribute ${name}`);
        if (name === "href" && !/^(https?:|mailto:|data:image\/png;)/.test(value)) found.add(`link ${value}`);
        if (name === "src" && !value.startsWith("data:image/") && !value.startsWith(location.origin)) found.add(`source ${value}`);
        if (name === "style" && /url|expression|fixed|var\(--x/.test(value)) found.add(`style ${value}`);
      }
      if (getComputedStyle(one).position === "fixed") found.add("fixed");
    }
    const widget = element.querySelector(".pg-widget");
    if (widget && getComputedStyle(widget).overflow !== "clip") found.add("widget does not clip");
    drawing.plainText(item);
    drawing.redraw(element, { ...item }, context);
    element.remove();
  }
  if ({}.polluted !== undefined) found.add("prototype");
  return [...found];
}

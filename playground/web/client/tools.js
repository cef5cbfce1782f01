// Tools that an agent asks the visitor's browser to run.

/** What there is without the page's doing. Tells nothing that the browser does not tell every site. */
export const BUILT_IN = {
  browser_facts: () => ({
    language: navigator.language,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen: { width: screen.width, height: screen.height, pixel_ratio: devicePixelRatio },
    online: navigator.onLine,
  }),
};

/** The function for a tool: the page's own before ours, undefined if there is none. */
export function toolOf(name, own) {
  for (const tools of [own, BUILT_IN])
    if (tools && Object.hasOwn(tools, name) && typeof tools[name] === "function") return tools[name];
  return undefined;
}

/** The tool's result, as JSON can carry it; a failure is a result, too: the model is told what went wrong. */
export async function run(tool, args) {
  try {
    const value = await tool(args ?? {});
    return value === undefined ? null : JSON.parse(JSON.stringify(value));
  } catch (error) {
    return { error: String(error?.message ?? error) };
  }
}

// Fills OpenAI's <openai-chatkit> element, whose script comes from its own host, with what the server has written
// into the page. If that host cannot be reached, the page says so and names our own client.

import { run, toolOf } from "./tools.js";

const ELEMENT = "https://cdn.platform.openai.com/deployments/chatkit/chatkit.js";
const PATIENCE = 15_000;

/** The functions that the options need; the rest of them is data. `token` is sent to our own origin alone. */
export function completed(options, token) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    ...options,
    api: { ...options.api, fetch: (resource, init) => asked(resource, init, token) },
    theme: { colorScheme: dark ? "dark" : "light" },
    onClientTool,
  };
}

// The element also asks its maker through this function whether it may run here: nothing of ours may go there.
function asked(resource, init, token) {
  const url = new URL(resource instanceof Request ? resource.url : resource, location.href);
  if (!token || url.origin !== location.origin) return fetch(resource, init);
  const headers = new Headers(init?.headers ?? (resource instanceof Request ? resource.headers : undefined));
  headers.set("Authorization", `Bearer ${token}`);
  return fetch(resource, { ...init, headers });
}

async function onClientTool({ name, params }) {
  const tool = toolOf(name);
  if (!tool) return { error: `This page has no tool named ${name}.` };
  const result = await run(tool, params);
  return result !== null && typeof result === "object" && !Array.isArray(result) ? result : { result };
}

/** Resolves once the element is defined, and rejects if its script does not come. */
function loaded() {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: ELEMENT, async: true, onerror: reject });
    document.head.append(script);
    setTimeout(reject, PATIENCE);
    customElements.whenDefined("openai-chatkit").then(resolve);
  });
}

async function begin() {
  const chat = document.getElementById("chat");
  // Behind the # it reaches no server and no log; it is taken out of the address at once.
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) history.replaceState(null, "", location.pathname + location.search);
  try {
    await loaded();
    chat.setOptions(completed(JSON.parse(document.getElementById("options").textContent), token));
  } catch (error) {
    console.warn("OpenAI's element cannot be used", error);
    chat.hidden = true;
    document.getElementById("away").hidden = false;
  }
}

begin();

// A conversation read by @microsoft/fetch-event-source, as ChatKit's own page reads one. Prints what it was handed.
//
// node node.mjs URL — the URL of `/chatkit`; the requests come as JSON lines on the standard input.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
// the library asks for the window and the document that a page has
globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
const { fetchEventSource } = require("../vendor/fetch-event-source/lib/cjs/index.js");

const url = process.argv[2];
let cookie = "";

async function withCookie(target, options) {
  const response = await fetch(target, { ...options, headers: { ...options.headers, ...(cookie ? { cookie } : {}) } });
  cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
  return response;
}

async function ask({ body, stopAfter }) {
  const seen = { events: [], ids: [], empty: 0, status: 0, failure: null, closed: false };
  const leave = new AbortController();
  await fetchEventSource(url, {
    method: "POST",
    headers: { "content-type": "application/json", "accept-language": "en", "chatkit-frame-instance-id": "frame" },
    body: JSON.stringify(body),
    signal: leave.signal,
    openWhenHidden: true,
    fetch: withCookie,
    async onopen(response) {
      seen.status = response.status;
      seen.run = response.headers.get("x-run-id");
      if (!response.ok) throw new Error((await response.json()).message);
    },
    onmessage(message) {
      if (message.data === "") { seen.empty += 1; return; }
      seen.events.push(JSON.parse(message.data));
      seen.ids.push(message.id);
      if (seen.events.length === stopAfter) leave.abort();
    },
    onclose() { seen.closed = true; },
    onerror(error) { throw error; }, // as ChatKit does: it does not go on by itself
  }).catch((error) => { seen.failure = error.message; });
  return seen;
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await ask(JSON.parse(line))));
}

// The requests of a client, and who makes them. Knows nothing of what is shown.

import { eventsOf } from "./stream.js";

/** The server said no. `message` is for the visitor, `status` the HTTP status, `after` the seconds to wait or null. */
export class Refusal extends Error {
  constructor(message, status, after = null) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.after = after;
  }
}

/** The server was not reached, or the connection broke. */
export class Unreachable extends Error {
  constructor(cause) {
    super(String(cause?.message ?? cause));
    this.name = "Unreachable";
  }
}

const LONGEST = 20; // seconds that a visitor is kept waiting; who is told to come back later is told so

/** Whether trying the same again may help, and soon. */
export function passing(error) {
  if (error instanceof Unreachable) return true;
  return error instanceof Refusal && [408, 429, 502, 503, 504].includes(error.status) && (error.after ?? 0) <= LONGEST;
}

export class Api {
  #settings;

  /** `settings()` gives {url, headers, credentials, language} as they are now; `headers` is the site's hook. */
  constructor(settings) {
    this.#settings = settings;
  }

  get url() {
    return this.#settings().url;
  }

  /** A route of ours, such as `/options`. */
  at(path) {
    return this.url.replace(/\/$/, "") + path;
  }

  /** What the site's hook adds to a request to `address`: nothing, unless it goes to our own server. */
  async given(address) {
    const { url, headers } = this.#settings();
    if (typeof headers !== "function" || new URL(address, document.baseURI).origin !== new URL(url, document.baseURI).origin)
      return {};
    return (await headers()) ?? {};
  }

  /** Whether the browser may ask for the address by itself: nothing has to be added to the request. */
  plain(address) {
    const { headers } = this.#settings();
    return typeof headers !== "function" && new URL(address, document.baseURI).origin === location.origin;
  }

  async fetch(address, { headers = {}, ...init } = {}) {
    const { credentials, language } = this.#settings();
    const all = { "Accept-Language": language, ...headers, ...(await this.given(address)) };
    let response;
    try {
      response = await fetch(address, { credentials, cache: "no-store", ...init, headers: all });
    } catch (error) {
      throw init.signal?.aborted ? error : new Unreachable(error);
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  /** A request of the protocol that is answered with JSON. */
  async ask(type, params = {}, options = {}) {
    return json(await this.#post(type, params, {}, options));
  }

  /** A request of the protocol that is answered with events: {runId, threadId, events}; the ids may be null. */
  async begin(type, params, { metadata = {}, key, signal } = {}) {
    const headers = { Accept: "text/event-stream", ...(key && { "Idempotency-Key": key }) };
    return opened(await this.#post(type, params, metadata, { headers, signal }));
  }

  #post(type, params, metadata, { headers = {}, ...rest } = {}) {
    return this.fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ type, params, metadata }),
      ...rest,
    });
  }

  async get(path, signal) {
    return json(await this.fetch(this.at(path), { signal }));
  }

  async post(path, body, signal) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    return json(await this.fetch(this.at(path), { method: "POST", signal, ...sent }));
  }

  /** A run's events after one of them. */
  async events(runId, after, signal) {
    return opened(await this.fetch(this.at(`/runs/${encodeURIComponent(runId)}/events?after=${after}`), { signal }));
  }

  /** The thread's live or last run; null if it has none, or the server knows no runs. */
  async run(threadId, signal) {
    try {
      return await this.get(`/threads/${encodeURIComponent(threadId)}/run`, signal);
    } catch (error) {
      if (error instanceof Refusal && [404, 405, 501].includes(error.status)) return null;
      throw error;
    }
  }

  stop(runId) {
    return this.post(`/runs/${encodeURIComponent(runId)}/stop`);
  }

  decide(runId, decisions) {
    return this.post(`/runs/${encodeURIComponent(runId)}/approvals`, { decisions });
  }

  /** The thread's branches; none if the server knows none. */
  async branches(threadId, signal) {
    try {
      const reply = await this.get(`/threads/${encodeURIComponent(threadId)}/branches?limit=100`, signal);
      return reply.data;
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  }

  switchBranch(threadId, branchId) {
    return this.post(`/threads/${encodeURIComponent(threadId)}/branches/${encodeURIComponent(branchId)}`);
  }
}

async function json(response) {
  try {
    return await response.json();
  } catch (error) {
    throw new Unreachable(error);
  }
}

function opened(response) {
  return {
    runId: response.headers.get("x-run-id"),
    threadId: response.headers.get("x-thread-id"),
    events: eventsOf(response),
  };
}

async function refusal(response) {
  let message = response.statusText;
  try {
    message = (await response.json()).message ?? message;
  } catch {
    // not JSON: a proxy's page, of which the status says enough
  }
  const after = Number(response.headers.get("retry-after"));
  return new Refusal(message || `HTTP ${response.status}`, response.status, Number.isFinite(after) && after > 0 ? after : null);
}

// What the page asks its server, and what it tells it.

const PATIENCE = 20000;

/** The server said no; `message` may be shown. */
export class Refusal extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The server was not reached. */
export class Unreachable extends Error {}

/** The JSON at an address below the page's folder. */
export function ask(address) {
  return request(address, { method: "GET" });
}

/** Sends JSON; answers JSON, or null. */
export function tell(address, body = {}) {
  return request(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function request(address, init) {
  let answer;
  try {
    answer = await fetch(address, { ...init, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) return answer.status === 204 ? null : await answer.json();
  } catch {
    throw new Unreachable("The server cannot be reached. Trying again…");
  }
  throw new Refusal(await reason(answer), answer.status);
}

async function reason(answer) {
  try {
    return String((await answer.json()).message);
  } catch {
    return `The server answered with ${answer.status}.`;
  }
}

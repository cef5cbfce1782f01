// One run, read to its end: over lost connections, from where the last one broke.

import { Refusal, passing } from "./api.js";

const LIVE = new Set(["queued", "running", "awaiting_approval"]);

/** Whether more events may come. */
export function live(run) {
  return run !== null && LIVE.has(run.status);
}

/** Whether the run waits for something that only the visitor, or his browser, can give. */
export function asking(run) {
  return run?.status === "awaiting_approval" && (run.asks ?? []).length > 0;
}

/** Milliseconds before the next of so many tries: 0.5 s, doubled to 15 s, spread a little. */
export function backoff(tries) {
  return Math.min(15_000, 500 * 2 ** tries) * (0.75 + Math.random() / 2);
}

/** Waits; less if the network comes back meanwhile. Rejects when aborted. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const end = (settle) => (value) => {
      clearTimeout(timer);
      removeEventListener("online", wake);
      signal?.removeEventListener("abort", stop);
      settle(value);
    };
    const wake = end(resolve);
    const stop = () => end(reject)(signal.reason);
    const timer = setTimeout(wake, milliseconds);
    addEventListener("online", wake, { once: true });
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
  });
}

/** Does it again until it is done or refused; `lost(tries)` is told of each failure. */
export async function persist(work, { signal, lost, most = Infinity }) {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || !passing(error) || tries + 1 >= most) throw error;
      lost?.(tries + 1);
      await pause(error.after ? error.after * 1000 : backoff(tries), signal);
    }
  }
}

/**
 * The events of a run that was begun or is live. `opened` is {runId, threadId, events?}.
 * Returns how the run stands then, or null if the server knows no runs. `link(up)` is told of the connection.
 */
export async function* follow(api, opened, { signal, link = () => {}, after = 0 }) {
  const { runId, threadId } = opened;
  let events = opened.events ?? null;
  for (let tries = 0; ; ) {
    try {
      events ??= (await api.events(runId, after, signal)).events;
      link(true);
      for await (const { id, event } of events) {
        if (id && id <= after) continue;
        after = id || after;
        tries = 0;
        yield event;
      }
      if (!runId) return null;
      const run = await api.run(threadId, signal);
      if (run === null || run.id !== runId || !live(run) || given(run)) return run;
    } catch (error) {
      if (signal?.aborted || !runId || (error instanceof Refusal && !passing(error))) throw error;
      link(false);
    }
    events = null;
    await pause(backoff(tries++), signal);
  }
}

/** Whether the stream ended because the run waits for the client's own call or a form. */
function given(run) {
  return asking(run) && run.asks.some((ask) => ask.kind && ask.kind !== "approval");
}

/**
 * A Worker around `fetchSource`, so that tests run it with workerd's own fetch against real servers. It has no DNS:
 * `names` maps public names to local ports. Nothing else stands between the code and the network.
 */

import { Failure } from "../../../src/errors.ts";
import { fetchSource } from "../../../src/origin/fetch.ts";
import { HostGuard, type HostStore } from "../../../src/origin/hostGuard.ts";
import { HttpsMemory } from "../../../src/origin/https.ts";
import type { Job, Outcome } from "./job.ts";

type Memory = { readonly https: HttpsMemory; readonly hosts: HostGuard };

const memories = new Map<string, Memory>();
/** Replaces KV. All memories share it, as all isolates share KV. */
const shared = new Map<string, string>();

const store: HostStore = {
  async read(host) {
    const text = shared.get(host);
    return text === undefined ? null : JSON.parse(text);
  },
  async write(host, open) {
    if (open === null) shared.delete(host);
    else shared.set(host, JSON.stringify(open));
  },
};

async function run(job: Job): Promise<Outcome> {
  const asked: string[] = [];
  const viaPorts: typeof fetch = (input, init) => {
    const url = new URL(String(input));
    asked.push(url.href);
    const ports = job.names[url.hostname];
    if (ports !== undefined) {
      url.hostname = "127.0.0.1";
      url.port = String(url.protocol === "https:" ? ports.https : ports.http);
    }
    return fetch(url.href, init);
  };
  const memory = memories.get(job.memory) ?? { https: new HttpsMemory(), hosts: new HostGuard() };
  memories.set(job.memory, memory);
  const caller = new AbortController();
  if (job.abortAfterMs !== null) setTimeout(() => caller.abort(new Error("caller gave up")), job.abortAfterMs);
  const started = Date.now();
  try {
    const { authority, ownHost, conditional, head } = job;
    const order = {
      authority,
      ownHost,
      ...(head === undefined ? {} : { head }),
      ...(conditional === null ? {} : { conditional: { ...conditional, of: job.source } }),
    };
    const deps = {
      config: job.config,
      fetch: viaPorts,
      now: Date.now,
      httpsMemory: memory.https,
      hostGuard: memory.hosts,
      hostStore: job.sharing ? store : null,
      later: (work: Promise<unknown>) => void work,
      signal: caller.signal,
    };
    const result = await fetchSource(job.source, order, deps);
    const ms = Date.now() - started;
    const bytes = result.notModified ? new Uint8Array() : result.bytes;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return {
      ok: true,
      asked,
      ms,
      size: bytes.length,
      sha256,
      fetched: { ...result, bytes: undefined },
    };
  } catch (error) {
    const ms = Date.now() - started;
    if (!(error instanceof Failure))
      return { ok: false, asked, ms, reason: "thrown", facts: {}, detail: String(error) };
    return { ok: false, asked, ms, reason: error.reason, facts: error.facts, detail: error.detail ?? "" };
  }
}

export default {
  fetch: async (request) => Response.json(await run(await request.json<Job>())),
} satisfies ExportedHandler;

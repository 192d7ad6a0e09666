/**
 * A Worker around `fetchSource`, so that tests run it with workerd's own fetch against real servers. It has no DNS:
 * `names` maps public names to local ports. Nothing else stands between the code and the network.
 */

import { Priority } from "../../../src/concurrency/priority.ts";
import { Failure } from "../../../src/errors.ts";
import { fetchSource } from "../../../src/origin/fetch.ts";
import { GovernedHosts } from "../../../src/origin/governor/client/governedHosts.ts";
import { HostGuard } from "../../../src/origin/hostGuard.ts";
import { type HostStore, NO_NEWS } from "../../../src/origin/hostNews.ts";
import { HttpsMemory } from "../../../src/origin/https.ts";
import { MissGovernors } from "../../../src/rendition/missGovernors.ts";
import { newTrace } from "../../../src/telemetry.ts";
import type { Job, Outcome } from "./job.ts";

export { HostGovernor } from "../../../src/origin/governor/hostGovernor.ts";

type Memory = { readonly https: HttpsMemory; readonly hosts: HostGuard; readonly governed: GovernedHosts };

const memories = new Map<string, Memory>();
/** Replaces KV. All memories share it, as all isolates share KV. */
const shared = new Map<string, string>();

const store: HostStore = {
  async read(host) {
    const text = shared.get(host);
    return text === undefined ? NO_NEWS : JSON.parse(text);
  },
  async write(host, news) {
    shared.set(host, JSON.stringify(news));
  },
};

function newMemory(): Memory {
  return { https: new HttpsMemory(), hosts: new HostGuard(), governed: new GovernedHosts() };
}

async function run(job: Job, env: Pick<Env, "GOVERNOR">, ctx: ExecutionContext): Promise<Outcome> {
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
  const memory = memories.get(job.memory) ?? newMemory();
  memories.set(job.memory, memory);
  const caller = new AbortController();
  if (job.abortAfterMs !== null) setTimeout(() => caller.abort(new Error("caller gave up")), job.abortAfterMs);
  const started = Date.now();
  const { governed } = memory;
  const config = { politeness: job.politeness ?? {}, regions: ["enam", "weur", "apac", "oc"] };
  const app = { bindings: env, config, now: () => Date.now(), state: { governed } };
  const priority = new Priority(job.kind);
  const trace = newTrace("reader", "enam", "");
  const later = (work: Promise<unknown>) => ctx.waitUntil(work.catch(() => undefined));
  const governors = new MissGovernors(app, { runsIn: "enam" }, { trace, waitUntil: later, priority });
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
      later,
      ...(job.politeness === null ? {} : { governors }),
      priority,
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
      governorCalls: trace.governorCalls,
      size: bytes.length,
      sha256,
      fetched: { ...result, bytes: undefined },
    };
  } catch (error) {
    const ms = Date.now() - started;
    const { governorCalls } = trace;
    if (!(error instanceof Failure)) {
      return { ok: false, asked, ms, governorCalls, reason: "thrown", facts: {}, detail: String(error) };
    }
    const { reason, facts, detail = "" } = error;
    return { ok: false, asked, ms, governorCalls, reason, facts, detail };
  }
}

export default {
  fetch: async (request, env, ctx) => Response.json(await run(await request.json<Job>(), env, ctx)),
} satisfies ExportedHandler<Pick<Env, "GOVERNOR">>;

/**
 * The Worker as built, with decorators on its bindings that count what is asked of them. They know nothing of the Worker's
 * own counting: who compares both gets two opinions.
 */
import { join } from "node:path";
import type { Miniflare, V4MiniflareOptions } from "miniflare";
import { loadBundle } from "../../src/cli/edge/bundle.ts";

/** Calls of bindings, and what the queue has done. */
export type BindingCounts = Readonly<
  Record<
    | "requests"
    | "kvReads"
    | "kvWrites"
    | "r2Reads"
    | "r2Writes"
    | "objectCalls"
    | "governorRows"
    | "sent"
    | "delivered"
    | "settled"
    | "points"
    | "pending",
    number
  >
>;

export type CountedEdge = {
  readonly url: string;
  readonly miniflare: Miniflare;
  counts(): Promise<BindingCounts>;
  stop(): Promise<void>;
};

const COUNTS_PATH = "/.counts";

const WRAPPER = `
import worker from "./worker.js";
export * from "./worker.js";
const counts = { requests: 0, kvReads: 0, kvWrites: 0, r2Reads: 0, r2Writes: 0, objectCalls: 0, governorRows: 0, sent: 0, delivered: 0, settled: 0, points: 0, pending: 0 };
const KV = { get: "kvReads", getWithMetadata: "kvReads", put: "kvWrites", delete: "kvWrites", list: "kvWrites" };
const R2 = { get: "r2Reads", head: "r2Reads", put: "r2Writes", list: "r2Writes", createMultipartUpload: "r2Writes" };
const QUEUE = { send: "sent" };
const EVENTS = { writeDataPoint: "points" };
function counted(service, kinds) {
  return new Proxy(service, { get(target, name) {
    const member = Reflect.get(target, name);
    if (typeof member !== "function") return member;
    return (...args) => {
      if (kinds[name] !== undefined) counts[kinds[name]]++;
      return member.apply(target, args);
    };
  } });
}
function objects(namespace, isGovernor) {
  return {
    idFromName: (name) => namespace.idFromName(name),
    get(id, options) {
      const stub = namespace.get(id, options);
      return new Proxy({}, { get: (_, name) => (...args) => {
        counts.objectCalls++;
        // A governor writes a row after all calls but those that only give grants back.
        if (isGovernor && args[0].wants.length + args[0].renewals.length > 0) counts.governorRows++;
        return stub[name](...args);
      } });
    },
  };
}
let made;
function decorated(env) {
  if (made !== undefined) return made;
  made = { ...env, THUMBS: counted(env.THUMBS, KV), MASTERS: counted(env.MASTERS, QUEUE), EVENTS: counted(env.EVENTS, EVENTS) };
  for (const name of Object.keys(env)) if (name.startsWith("R2_")) made[name] = counted(env[name], R2);
  for (const [name, binding] of Object.entries(env)) if (binding?.idFromName) made[name] = objects(binding, name === "GOVERNOR");
  return made;
}
function context(ctx) {
  return { props: ctx.props, passThroughOnException() {}, waitUntil(work) {
    counts.pending++;
    ctx.waitUntil(Promise.resolve(work).catch(() => {}).finally(() => counts.pending--));
  } };
}
export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "${COUNTS_PATH}") return Response.json(counts);
    counts.requests++;
    return worker.fetch(request, decorated(env), context(ctx));
  },
  async queue(batch, env, ctx) {
    counts.requests++;
    counts.delivered += batch.messages.length;
    const messages = batch.messages.map((message) => ({
      id: message.id, body: message.body, attempts: message.attempts, timestamp: message.timestamp,
      ack() { counts.settled++; message.ack(); },
      retry: (options) => message.retry(options),
    }));
    await worker.queue({ queue: batch.queue, messages }, decorated(env), context(ctx));
  },
};
`;

/** `log` gets each line that the Worker logs. */
export async function startCountedEdge(
  vars: Readonly<Record<string, string>>,
  log: (text: string) => void,
): Promise<CountedEdge> {
  const bundle = await loadBundle();
  const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = await import("miniflare");
  const worker = {
    ...bundle.options,
    name: "firstlight",
    modules: [{ type: "ESModule", path: join(bundle.root, "counted.js"), contents: WRAPPER }, ...bundle.modules],
    modulesRoot: bundle.root,
    bindings: { ...(bundle.options.bindings as Record<string, string>), ...vars },
  };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [worker],
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new Log(LogLevel.NONE),
      logRequests: false,
      telemetry: { enabled: false },
      handleStructuredLogs: ({ message }: { readonly message: string }) => log(message),
    } as unknown as V4MiniflareOptions),
  );
  const { origin: url } = await miniflare.ready;
  return {
    url,
    miniflare,
    counts: async () => (await (await fetch(url + COUNTS_PATH)).json()) as BindingCounts,
    stop: () => miniflare.dispose(),
  };
}

/**
 * The Worker as built, in a thin wrapper. While it runs, a test can make its services fail or be slow, and set its clock
 * wrong. Sources stay real: see sources/.
 */
import { join } from "node:path";
import type { Miniflare, V4MiniflareOptions } from "miniflare";
import { loadBundle } from "../../src/cli/edge/bundle.ts";
import { miniflareTrusting } from "./sources/trust.ts";

/** "ok", "fail", or the milliseconds that each call takes longer. */
export type Health = "ok" | "fail" | number;

export type Faults = {
  readonly kv?: Health;
  readonly r2?: Health;
  /** For calls that write to R2. Default: as `r2`. */
  readonly r2Writes?: Health;
  readonly coordinator?: Health;
  readonly edge?: Health;
  /** Milliseconds that the Worker's clock is ahead (negative: behind). */
  readonly clock?: number;
};

export type FaultyEdge = {
  readonly url: string;
  readonly miniflare: Miniflare;
  /** Replaces all faults. */
  set(faults: Faults): Promise<void>;
  /** Waits for the work that continues after answers, three seconds at most, because a service may hang on purpose. */
  idle(): Promise<void>;
  /** Every key in KV and in every bucket, sorted, as `THUMBS f/...`. */
  stored(): Promise<string[]>;
  /** Deletes everything in KV and in the buckets. The edge cache stays. */
  drop(binding: string): Promise<void>;
  stop(): Promise<void>;
};

export type FaultyOptions = {
  readonly vars?: Readonly<Record<string, string>>;
  /** PEM of a certificate authority to trust. */
  readonly root?: string;
  /** Public names, and the loopback ports that each leads to. It replaces DNS. */
  readonly names?: Readonly<Record<string, { readonly http: number; readonly https: number }>>;
};

const IDLE_WITHIN_MS = 3_000;

const BUCKETS = ["R2_PRIMARY", "R2_ENAM", "R2_WEUR", "R2_APAC", "R2_OC"] as const;

/** Runs in workerd, in front of the Worker. It wraps bindings once per isolate. Each call reads the present faults. */
const WRAPPER = `
import worker from "./worker.js";
export * from "./worker.js";
let faults = {};
const realNow = Date.now.bind(Date);
Date.now = () => realNow() + (faults.clock ?? 0);

async function meet(health) {
  if (health === "fail") throw new Error("service unavailable (simulated)");
  if (typeof health !== "number") return;
  // A hanging call ends when the faults change, so that no test waits for the test before it.
  const [met, until] = [faults, realNow() + health];
  while (faults === met && realNow() < until) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, until - realNow())));
  }
  if (faults !== met && realNow() < until) throw new Error("service unavailable (simulated)");
}
/** The primary is further away than the region: the first fresh answer is taken. */
const PRIMARY_MS = 60;
const WRITES = ["put", "delete", "createMultipartUpload"];
/** A service whose methods meet their fault first. The methods in \`sync\` only give a stub or an id, and do not. */
function wrap(service, healthOf, sync = [], distanceMs = 0) {
  return new Proxy(service, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (sync.includes(name)) return (...args) => {
        const made = member.apply(target, args);
        return name.startsWith("get") ? wrap(made, healthOf) : made;
      };
      return async (...args) => {
        await meet(healthOf(name));
        if (distanceMs > 0 && !WRITES.includes(name)) await new Promise((resolve) => setTimeout(resolve, distanceMs));
        return target[name](...args);
      };
    },
  });
}
const envs = new WeakMap();
function faulty(env) {
  let made = envs.get(env);
  if (made === undefined) {
    made = { ...env };
    made.THUMBS = wrap(env.THUMBS, () => faults.kv);
    for (const name of Object.keys(env)) {
      if (name.startsWith("R2_")) {
        const healthOf = (method) => (WRITES.includes(method) ? (faults.r2Writes ?? faults.r2) : faults.r2);
        made[name] = wrap(env[name], healthOf, [], name === "R2_PRIMARY" ? PRIMARY_MS : 0);
      }
    }
    if (env.COORDINATOR) {
      made.COORDINATOR = wrap(env.COORDINATOR, () => faults.coordinator, ["get", "getByName", "idFromName", "newUniqueId", "idFromString"]);
    }
    envs.set(env, made);
  }
  return made;
}
const realCaches = caches.default;
Object.defineProperty(caches, "default", { value: wrap(realCaches, () => faults.edge) });

let pending = 0;
/** The context. It counts the work that continues after answers. */
function counting(ctx) {
  return {
    props: ctx.props,
    passThroughOnException() {},
    waitUntil(work) {
      pending++;
      ctx.waitUntil(Promise.resolve(work).catch(() => {}).finally(() => pending--));
    },
  };
}

export default {
  ...worker,
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/pending") return new Response(String(pending));
    if (pathname !== "/faults") return worker.fetch(request, faulty(env), counting(ctx));
    faults = await request.json();
    return new Response("set");
  },
};
`;

/** Stands between the Worker and the network, and sends the public names in NAMES to loopback. It changes nothing else. */
const RESOLVER = `
export default {
  fetch(request, { NAMES }) {
    const url = new URL(request.url);
    const ports = NAMES[url.hostname];
    if (ports !== undefined) {
      url.hostname = "127.0.0.1";
      url.port = String(url.protocol === "https:" ? ports.https : ports.http);
    }
    return fetch(new Request(url, request), { redirect: "manual" });
  },
};
`;

/**
 * Starts one Worker, or with `second` two on the same storage: the second, `miniflare.getWorker("second")`, has these
 * variables over the first's, and no faults.
 */
export async function startFaultyEdge(options: FaultyOptions = {}, second?: FaultyOptions): Promise<FaultyEdge> {
  const bundle = await loadBundle();
  const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = await (options.root === undefined
    ? import("miniflare")
    : miniflareTrusting(options.root));
  const worker = (name: string, vars: Readonly<Record<string, string>> = {}) => ({
    ...bundle.options,
    name,
    modules: [{ type: "ESModule", path: join(bundle.root, "faulty.js"), contents: WRAPPER }, ...bundle.modules],
    modulesRoot: bundle.root,
    bindings: { ...(bundle.options.bindings as Record<string, string>), ...vars },
    ...(options.names === undefined ? {} : { outboundService: "resolver" }),
  });
  const workers: object[] = [worker("firstlight", options.vars)];
  if (second !== undefined) {
    // A queue has one consumer.
    workers.push({ ...worker("second", { ...options.vars, ...second.vars }), queueConsumers: {} });
  }
  if (options.names !== undefined) {
    const modules = [{ type: "ESModule", path: join(bundle.root, "resolver.js"), contents: RESOLVER }];
    const { compatibilityDate } = bundle.options;
    workers.push({
      name: "resolver",
      modules,
      modulesRoot: bundle.root,
      compatibilityDate,
      bindings: { NAMES: options.names },
    });
  }
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers,
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new Log(LogLevel.NONE),
      logRequests: false,
      telemetry: { enabled: false },
      handleStructuredLogs: () => {},
    } as unknown as V4MiniflareOptions),
  );
  const { origin: url } = await miniflare.ready;
  const bucket = (name: string) => miniflare.getR2Bucket(name, "firstlight");
  const kv = () => miniflare.getKVNamespace("THUMBS", "firstlight");
  return {
    url,
    miniflare,
    async set(faults) {
      await fetch(`${url}/faults`, { method: "POST", body: JSON.stringify(faults) });
    },
    async idle() {
      const until = Date.now() + IDLE_WITHIN_MS;
      while (Date.now() < until && (await (await fetch(`${url}/pending`)).text()) !== "0") {
        await new Promise((wake) => setTimeout(wake, 20));
      }
    },
    async stored() {
      const listed = await Promise.all(
        BUCKETS.map(async (name) => (await (await bucket(name)).list()).objects.map(({ key }) => `${name} ${key}`)),
      );
      const keys = (await (await kv()).list()).keys.map(({ name }) => `THUMBS ${name}`);
      return [...listed.flat(), ...keys].sort();
    },
    async drop(binding) {
      const place = binding === "THUMBS" ? await kv() : await bucket(binding);
      const listed = await place.list();
      const names = "keys" in listed ? listed.keys.map(({ name }) => name) : listed.objects.map(({ key }) => key);
      for (const name of names) await place.delete(name);
    },
    stop: () => miniflare.dispose(),
  };
}

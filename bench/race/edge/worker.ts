/**
 * The deployed Worker at a place of the race. It runs as it is; only what it is given is changed: stores in memory,
 * bindings that take the time of their distance, six connections per invocation, the place, and a `fetch` that goes to
 * the source by the delayed way.
 */
import deployed from "firstlight:deployed";
import { hold, invoke } from "./connections.ts";
import { CONTROL_PATH, MAX_EVENTS, type Order, type TraceEvent } from "./control.ts";
import { delayedBindings, type Phase } from "./delayedBindings.ts";
import { MemoryCache } from "./memoryCache.ts";
import { atDistance, COORDINATOR_PATH, type CoordinatorCall, remoteCoordinators, remoteStores } from "./remote.ts";
import { bucketOver, namespaceOver, type StoresPort } from "./storeBindings.ts";
import { STORES } from "./stores.ts";

export * from "firstlight:deployed";

type Environment = Readonly<Record<string, unknown>>;
type Coordinators = {
  idFromName(name: string): unknown;
  get(id: unknown): Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
};
type Context = { waitUntil(work: Promise<unknown>): void };

let order: Order = {
  trips: { region: 0, primary: 0, kv: 0, coordinator: 0 },
  ...{ colo: "", sourcePorts: {}, trace: false },
};
let events: TraceEvent[] = [];
const DELAYED = new WeakMap<object, Environment>();
const plainFetch = globalThis.fetch;

/** The deployed Worker calls the global `fetch` for sources. */
globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const port = order.sourcePorts[url.port];
  if (port === undefined || input instanceof Request) return plainFetch(input, init);
  const asked = url.href;
  url.port = String(port);
  note("source.fetch", asked, "called");
  return hold(async () => {
    const answer = await plainFetch(url.href, init);
    note("source.fetch", asked, "answered");
    return answer;
  });
};

Object.defineProperty(globalThis, "caches", { value: { default: new MemoryCache(() => Date.now()) } });

/** Nobody reads the log here, and each line would take CPU of the machine that is measured. */
console.log = () => undefined;

function note(what: string, key: string, phase: Phase, at = Date.now()): void {
  if (order.trace && events.length < MAX_EVENTS) events.push({ at, what, key, phase });
}

const OPTIONS = { trips: () => order.trips, note };

function bindingsOf(env: Environment): Environment {
  let delayed = DELAYED.get(env);
  if (delayed === undefined) {
    const elsewhere = typeof env[STORES.url] === "string";
    delayed = delayedBindings(withStores(env), { ...OPTIONS, elsewhere });
    DELAYED.set(env, delayed);
  }
  return delayed;
}

/** A bucket for the primary and for each deployed region, the KV namespace, and the coordinators. */
function withStores(env: Environment): Environment {
  const { [STORES.binding]: near, [STORES.url]: far, [STORES.coordinators]: coordinators, ...own } = env;
  const stores = typeof far === "string" ? remoteStores(far, plainFetch, OPTIONS) : (near as StoresPort);
  const regions = String(env.REGIONS).split(",");
  const buckets = ["R2_PRIMARY", ...regions.map((region) => `R2_${region.toUpperCase()}`)];
  const others = Object.entries(own).filter(([name]) => !name.startsWith("R2_"));
  return {
    ...Object.fromEntries(others),
    ...Object.fromEntries(buckets.map((name) => [name, bucketOver(stores, name)])),
    THUMBS: namespaceOver(stores, "THUMBS"),
    ...(typeof coordinators === "string" ? { COORDINATOR: remoteCoordinators(coordinators, plainFetch, OPTIONS) } : {}),
  };
}

export default {
  async fetch(request: Request, env: Environment, ctx: Context): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === CONTROL_PATH) return obey(request);
    if (pathname === COORDINATOR_PATH) return callCoordinator(request, env);
    if (request.method !== "GET") {
      if (order.trace) ctx.waitUntil(notePaths(request.clone()));
      return invoke(() => deployed.fetch(request, bindingsOf(env), ctx));
    }
    note("picture", pathname, "called");
    const answer = await invoke(() => deployed.fetch(atPlace(request), bindingsOf(env), ctx));
    note("picture", pathname, "answered");
    return withCacheStatus(answer);
  },
  async queue(batch: unknown, env: Environment, ctx: Context): Promise<void> {
    await deployed.queue(batch, bindingsOf(env), ctx);
  },
};

async function obey(request: Request): Promise<Response> {
  order = (await request.json()) as Order;
  const seen = events;
  events = [];
  return Response.json(seen);
}

/** A call of the push edge, which is in another process. */
async function callCoordinator(request: Request, env: Environment): Promise<Response> {
  const { name, method, args } = (await request.json()) as CoordinatorCall;
  const namespace = env.COORDINATOR as Coordinators;
  const serve = async () => Response.json((await namespace.get(namespace.idFromName(name))[method]?.(...args)) ?? null);
  return atDistance(request, serve);
}

/** An `<img>` cannot send the header that says where its reader is. */
function atPlace(request: Request): Request {
  if (order.colo === "") return request;
  const headers = new Headers(request.headers);
  headers.set("x-firstlight-colo", order.colo);
  return new Request(request, { headers });
}

/** A page can read Server-Timing and not Cache-Status. */
function withCacheStatus(answer: Response): Response {
  const status = answer.headers.get("cache-status");
  if (status === null) return answer;
  const told = new Response(answer.body, answer);
  told.headers.append("server-timing", `answer;desc=${JSON.stringify(status)}`);
  return told;
}

/** The paths of a push, for the waterfall. */
async function notePaths(push: Request): Promise<void> {
  const { paths = [] } = (await push.json()) as { readonly paths?: readonly string[] };
  for (const path of paths) note("push", path, "called");
}

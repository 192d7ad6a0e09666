/**
 * The deployed Worker with stores that keep nothing, and a governor that is counted, can be far away, or is in another
 * process. The Worker itself is not changed.
 */
import deployed, { HostGovernor as DeployedGovernor } from "firstlight:deployed";
import { pause } from "../../pause.ts";
import { type DelayOptions, delayedBindings } from "../../race/edge/delayedBindings.ts";
import {
  CONTROL_PATH,
  type Counted,
  GOVERNOR_PATH,
  GOVERNORS_AT,
  type GovernorRequest,
  NO_TRIPS,
  type Order,
  SETTINGS,
} from "./control.ts";
import { EMPTY_CACHE, emptyStores } from "./emptyStores.ts";

export * from "firstlight:deployed";

type Environment = Readonly<Record<string, unknown>>;
type Context = { waitUntil(work: Promise<unknown>): void };
type Stub = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
type Namespace = { idFromName(name: string): unknown; get(id: unknown, options?: object): Stub };
type Sql = { exec(text: string, ...values: readonly unknown[]): unknown };
type State = { readonly storage: { readonly sql: Sql }; abort(reason: string): void };

let order: Order = { trips: NO_TRIPS, providersPort: null };
let [calls, rows] = [0, 0];
let callMs: number[] = [];
const WRAPPED = new WeakMap<object, Environment>();
const plainFetch = globalThis.fetch;

/** The deployed Worker calls the global `fetch` for sources. */
globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (order.providersPort === null || url.hostname === "127.0.0.1") return plainFetch(input, init);
  const headers = new Headers(init?.headers);
  headers.set("x-asked-host", url.host);
  return plainFetch(`http://127.0.0.1:${order.providersPort}${url.pathname}${url.search}`, { ...init, headers });
};

Object.defineProperty(globalThis, "caches", { value: { default: EMPTY_CACHE } });

/** Nobody reads the log here, and each line would take CPU of the machine that is measured. */
console.log = () => undefined;

/** Counts what the platform bills, and can be ended. A region's object is far from the one that lends. */
export class HostGovernor extends DeployedGovernor {
  readonly #state: State;

  constructor(state: State, env: Environment) {
    super(state, { ...env, GOVERNOR: lenderAtDistance(env.GOVERNOR as Namespace) });
    this.#state = state;
    const { sql } = state.storage;
    const exec = sql.exec.bind(sql);
    sql.exec = (text, ...values) => {
      if (text.startsWith("INSERT")) rows++;
      return exec(text, ...values);
    };
  }

  override ask(call: object, where: object): Promise<unknown> {
    calls++;
    return super.ask(call, where);
  }

  end(): void {
    this.#state.abort("ended by the bench");
  }
}

function lenderAtDistance(namespace: Namespace): Namespace {
  return {
    idFromName: (name) => namespace.idFromName(name),
    get: (id) => {
      const stub = namespace.get(id);
      const far =
        (method: string) =>
        (...args: readonly unknown[]) =>
          atDistance(order.trips.object, async () => stub[method]?.(...args));
      return { lend: far("lend"), close: far("close") };
    },
  };
}

function governorsOf(env: Environment): Namespace {
  const near = env.GOVERNOR as Namespace;
  const elsewhere = env[GOVERNORS_AT];
  const idFromName = (name: string) => name;
  const get = (name: unknown, options: object = {}): Stub => {
    const stub =
      typeof elsewhere === "string"
        ? remote(elsewhere, String(name))
        : near.get(near.idFromName(String(name)), options);
    return {
      async ask(call, where) {
        const { region } = where as { readonly region: string | null };
        const began = Date.now();
        const trip = region === null ? order.trips.object : order.trips.region;
        const answer = await atDistance(trip, async () => stub.ask?.(call, where));
        // A release leaves behind the answer, when the bench may have told other distances.
        if ((call as { readonly wants: readonly unknown[] }).wants.length > 0) callMs.push(Date.now() - began);
        return answer;
      },
    };
  };
  return { idFromName, get };
}

function remote(url: string, name: string): Stub {
  return {
    async ask(call, where) {
      const body = JSON.stringify({ name, call, where });
      const answer = await plainFetch(`${url}${GOVERNOR_PATH}`, { method: "POST", body });
      if (answer.status !== 200) throw new Error(`governor: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
  };
}

async function atDistance<T>(tripMs: number, call: () => Promise<T>): Promise<T> {
  await pause(tripMs / 2);
  const value = await call();
  await pause(tripMs / 2);
  return value;
}

const DELAY: DelayOptions = { trips: () => order.trips.stores, note: () => undefined };

/** All readers of the bench have one address. */
const NO_LIMIT = { limit: async () => ({ success: true }) };

/** The deployed Worker refuses variables that it does not know. */
function bindingsOf(env: Environment): Environment {
  const { [GOVERNORS_AT]: _, [SETTINGS]: settings, ...own } = env;
  const stores = () => delayedBindings({ ...own, ...emptyStores(env, String(settings)) }, DELAY);
  const wrapped = WRAPPED.get(env) ?? { ...stores(), GOVERNOR: governorsOf(env), MISS_LIMIT: NO_LIMIT };
  WRAPPED.set(env, wrapped);
  return wrapped;
}

export default {
  async fetch(request: Request, env: Environment, ctx: Context): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === CONTROL_PATH) return obey((await request.json()) as Order, env.GOVERNOR as Namespace);
    if (pathname === GOVERNOR_PATH) {
      const { name, call, where } = (await request.json()) as GovernorRequest;
      const governors = env.GOVERNOR as Namespace;
      return Response.json(await governors.get(governors.idFromName(name)).ask?.(call, where));
    }
    return deployed.fetch(request, bindingsOf(env), ctx);
  },
  async queue(batch: unknown, env: Environment, ctx: Context): Promise<void> {
    await deployed.queue(batch, bindingsOf(env), ctx);
  },
};

async function obey(next: Order, governors: Namespace): Promise<Response> {
  order = next;
  const counted: Counted = { calls, rows, callMs };
  [calls, rows, callMs] = [0, 0, []];
  const { endGovernor } = next;
  // The call that ends the object fails with it.
  if (endGovernor !== undefined)
    await governors
      .get(governors.idFromName(endGovernor))
      .end?.()
      .catch(() => undefined);
  return Response.json(counted);
}

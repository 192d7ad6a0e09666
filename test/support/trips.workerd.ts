/**
 * Counts sequential trips by causality, without clocks. Every call of a store, the coordinator or the source is done at
 * once, and its outcome is held. When nothing else is under way, the held outcome with the earliest virtual time is let
 * go. A call knows the trips that it came after: those of the outcome that was let go last.
 */
import type { RenderCoordinator } from "../../src/coordinate/renderCoordinator.ts";
import type { HostGovernor } from "../../src/origin/governor/hostGovernor.ts";

/** Whom a trip leads to. */
export type Stop = "kv" | "region" | "primary" | "coordinator" | "governor" | "source";

/** Virtual milliseconds there and back. They only decide which outcome comes first. */
export type Distances = Readonly<Record<Stop, number>>;

export type Call = { readonly what: string; readonly after: readonly Stop[] };

type Held = { readonly at: number; readonly trips: readonly Stop[]; readonly letGo: () => void };

/** So many turns of the event loop without a new call mean that nothing is under way. */
const QUIET_TURNS = 15;

export class Trips {
  readonly calls: Call[] = [];
  readonly #distances: Distances;
  readonly #held: Held[] = [];
  #now = 0;
  #trips: readonly Stop[] = [];
  #working = 0;

  constructor(distances: Distances) {
    this.#distances = distances;
  }

  /** Most calls that were open at once, of those that take a connection. */
  most = 0;
  #open = 0;

  async call<T>(stop: Stop, what: string, work: () => Promise<T>): Promise<T> {
    const trips = [...this.#trips, stop];
    const at = this.#now + this.#distances[stop];
    this.calls.push({ what, after: this.#trips });
    const counts = stop !== "coordinator" && stop !== "governor";
    if (counts) this.most = Math.max(this.most, ++this.#open);
    this.#working++;
    try {
      return await work();
    } finally {
      this.#working--;
      await new Promise<void>((letGo) => this.#held.push({ at, trips, letGo }));
      if (counts) this.#open--;
    }
  }

  /** Lets the outcomes go until `work` has settled. Gives what it gave, and the trips that it took one after another. */
  async until<T>(work: Promise<T>): Promise<{ readonly value: T; readonly trips: readonly Stop[] }> {
    let trips: readonly Stop[] | null = null;
    const done = work.finally(() => (trips = this.#trips));
    done.catch(() => undefined);
    for (await this.#quiet(); trips === null; await this.#quiet()) this.#letNextGo();
    return { value: await done, trips };
  }

  /** Lets go of all that is held and of what comes of it. */
  async rest(): Promise<void> {
    for (await this.#quiet(); this.#held.length > 0; await this.#quiet()) this.#letNextGo();
  }

  async #quiet(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet = this.#working > 0 ? 0 : quiet + 1) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  #letNextGo(): void {
    this.#held.sort((a, b) => a.at - b.at);
    const next = this.#held.shift();
    if (next === undefined) return;
    this.#now = next.at;
    this.#trips = next.trips;
    next.letGo();
  }
}

const R2_CALLS: readonly string[] = ["get", "head", "put", "list", "delete"];
const KV_CALLS: readonly string[] = ["get", "getWithMetadata", "put"];

/** The bindings, whose every call is a trip. Rate limits answer at once and allow everything. */
export function travelling(env: Env, trips: Trips): Env {
  const buckets = Object.entries(env).filter(([name]) => name.startsWith("R2_"));
  const stopOf = (name: string): Stop => (name === "R2_PRIMARY" ? "primary" : "region");
  const unlimited = { limit: async () => ({ success: true }) };
  return {
    ...env,
    ...Object.fromEntries(
      buckets.map(([name, bucket]) => [name, decorated(bucket as R2Bucket, R2_CALLS, stopOf(name), trips)]),
    ),
    ...{ MISS_LIMIT: unlimited, WARM_LIMIT: unlimited },
    THUMBS: decorated(env.THUMBS, KV_CALLS, "kv", trips),
    COORDINATOR: coordinatorOf(env.COORDINATOR, trips),
    GOVERNOR: governorOf(env.GOVERNOR, trips),
  };
}

function decorated<T extends object>(service: T, methods: readonly string[], stop: Stop, trips: Trips): T {
  return new Proxy(service, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const work = async () => whole(await Reflect.apply(member, target, args));
        return methods.includes(String(name)) ? trips.call(stop, `${stop}.${String(name)}`, work) : work();
      };
    },
  });
}

/** An object of R2 whose body was read: its reading then takes no time that the scheduler does not see. */
async function whole(value: unknown): Promise<unknown> {
  if (typeof value !== "object" || value === null || !("arrayBuffer" in value)) return value;
  const object = value as R2ObjectBody;
  const bytes = await object.arrayBuffer();
  return new Proxy(object, {
    get(target, name) {
      if (name === "arrayBuffer") return async () => bytes;
      if (name === "body") return new Response(bytes).body;
      return Reflect.get(target, name);
    },
  });
}

function coordinatorOf(namespace: Env["COORDINATOR"], trips: Trips): Env["COORDINATOR"] {
  const get = (id: DurableObjectId) => {
    const stub = namespace.get(id);
    return {
      ask: (...args: Parameters<RenderCoordinator["ask"]>) =>
        trips.call("coordinator", "coordinator.ask", async () => await stub.ask(...args)),
      report: (...args: Parameters<RenderCoordinator["report"]>) =>
        trips.call("coordinator", `coordinator.${args[2].kind}`, async () => await stub.report(...args)),
    };
  };
  return { idFromName: (name: string) => namespace.idFromName(name), get } as unknown as Env["COORDINATOR"];
}

function governorOf(namespace: Env["GOVERNOR"], trips: Trips): Env["GOVERNOR"] {
  const get = (id: DurableObjectId) => {
    const stub = namespace.get(id);
    const ask = (...[call, where]: Parameters<HostGovernor["ask"]>) => {
      const what = call.wants.length > 0 ? "governor.ask" : "governor.release";
      return trips.call("governor", what, async () => await stub.ask(call, where));
    };
    return { ask };
  };
  return { idFromName: (name: string) => namespace.idFromName(name), get } as unknown as Env["GOVERNOR"];
}

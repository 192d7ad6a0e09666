/** Real bindings that count what is asked of them, in the words of the cost table (.ci/docs/costs.ts). */

import type { OPERATIONS } from "../../.ci/docs/costs.ts";
import type { RenderCoordinator } from "../../src/coordinate/renderCoordinator.ts";
import type { HostGovernor } from "../../src/origin/governor/hostGovernor.ts";

export type Counts = Record<keyof typeof OPERATIONS, number>;
type Kind = keyof Counts;

export function newCounts(): Counts {
  return {
    ...{ edge: 0, kvReads: 0, kvWrites: 0, classB: 0, classA: 0 },
    ...{ objectCalls: 0, limiterCalls: 0, queueSends: 0, fetches: 0 },
  };
}

/** By method: what a call counts as; a method that is not named is free. https://developers.cloudflare.com/r2/pricing/ */
const KV: Readonly<Record<string, Kind>> = {
  get: "kvReads",
  getWithMetadata: "kvReads",
  put: "kvWrites",
  delete: "kvWrites",
  list: "kvWrites",
};
const R2: Readonly<Record<string, Kind>> = { get: "classB", head: "classB", put: "classA", list: "classA" };
const CACHE: Readonly<Record<string, Kind>> = { match: "edge", put: "edge" };

/** The key of the live settings, read at most once in 20 s and isolate: it is not part of a request's cost. */
const NOT_COUNTED = "settings";

function counting<T extends object>(
  service: T,
  kinds: Readonly<Record<string, Kind>>,
  counts: Counts,
  notCounted: string | null = NOT_COUNTED,
): T {
  return new Proxy(service, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const kind = kinds[String(name)];
        if (kind !== undefined && args[0] !== notCounted) counts[kind]++;
        return member.apply(target, args);
      };
    },
  });
}

export function countingCache(cache: Cache, counts: Counts): Cache {
  return counting(cache, CACHE, counts);
}

/** `all`: the reads of the live settings too. */
export function countingBindings(env: Env, counts: Counts, all = false): Env {
  const COORDINATOR = new Proxy(env.COORDINATOR, {
    get(target, name) {
      if (name !== "get")
        return (...args: unknown[]) => (Reflect.get(target, name) as (...a: unknown[]) => unknown).apply(target, args);
      return (id: DurableObjectId) => {
        const stub = target.get(id);
        const counted = <T>(call: () => T): T => {
          counts.objectCalls++;
          return call();
        };
        return {
          ask: (...args: Parameters<RenderCoordinator["ask"]>) => counted(() => stub.ask(...args)),
          report: (...args: Parameters<RenderCoordinator["report"]>) => counted(() => stub.report(...args)),
        };
      };
    },
  });
  const GOVERNOR = new Proxy(env.GOVERNOR, {
    get(target, name) {
      if (name !== "get")
        return (...args: unknown[]) => (Reflect.get(target, name) as (...a: unknown[]) => unknown).apply(target, args);
      return (id: DurableObjectId) => {
        const stub = target.get(id);
        return {
          ask: (...args: Parameters<HostGovernor["ask"]>) => {
            counts.objectCalls++;
            return stub.ask(...args);
          },
        };
      };
    },
  });
  const buckets = Object.entries(env).filter(([name]) => name.startsWith("R2_"));
  return {
    ...env,
    ...Object.fromEntries(buckets.map(([name, bucket]) => [name, counting(bucket as R2Bucket, R2, counts)])),
    THUMBS: counting(env.THUMBS, KV, counts, all ? null : NOT_COUNTED),
    MISS_LIMIT: counting(env.MISS_LIMIT, { limit: "limiterCalls" }, counts),
    MASTERS: counting(env.MASTERS, { send: "queueSends" }, counts),
    ...{ COORDINATOR, GOVERNOR },
  };
}

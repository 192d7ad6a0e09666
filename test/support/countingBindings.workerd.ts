/** Real bindings that count what is asked of them, in the words of the cost table (.ci/docs/costs.ts). */

import type { OPERATIONS } from "../../.ci/docs/costs.ts";

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

/** Namespaces of objects whose calls are a cost of the request itself, not of what the isolate measures beside it. */
const OF_REQUESTS = ["COORDINATOR", "GOVERNOR"];

/** `all`: the reads of the live settings too, and the calls of every object. */
export function countingBindings(env: Env, counts: Counts, all = false): Env {
  const entries = Object.entries(env).flatMap(([name, binding]: [string, unknown]) => {
    if (name.startsWith("R2_")) return [[name, counting(binding as R2Bucket, R2, counts)]];
    if (!isNamespace(binding) || (!all && !OF_REQUESTS.includes(name))) return [];
    return [[name, countingObjects(binding, counts)]];
  });
  return {
    ...env,
    ...Object.fromEntries(entries),
    THUMBS: counting(env.THUMBS, KV, counts, all ? null : NOT_COUNTED),
    MISS_LIMIT: counting(env.MISS_LIMIT, { limit: "limiterCalls" }, counts),
    MASTERS: counting(env.MASTERS, { send: "queueSends" }, counts),
  };
}

function isNamespace(binding: unknown): binding is DurableObjectNamespace {
  return typeof binding === "object" && binding !== null && "idFromName" in binding;
}

/** Every call of a method of an object is counted. */
function countingObjects(namespace: DurableObjectNamespace, counts: Counts): object {
  return {
    idFromName: (name: string) => namespace.idFromName(name),
    get(id: DurableObjectId, options?: DurableObjectNamespaceGetDurableObjectOptions) {
      const stub = namespace.get(id, options);
      return new Proxy(stub, {
        get: (target, name) => {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== "function") return method;
          return (...args: unknown[]) => {
            counts.objectCalls++;
            return Reflect.apply(method, target, args);
          };
        },
      });
    },
  };
}

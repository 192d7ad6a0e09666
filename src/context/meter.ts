/** Counts what is asked of bindings and billed by the operation. Prices: catalogue/prices.ts. */
import type { USAGE, Usage } from "../telemetry.ts";

type Kind = (typeof USAGE)[number];

/** Counts until it is closed. What is counted later goes to `late`, so that nothing is lost. */
export class Meter {
  readonly #late: Meter | null;
  #usage: { [kind in Kind]?: number } | undefined;
  #closed = false;

  constructor(late: Meter | null = null) {
    this.#late = late;
  }

  count(kind: Kind, times = 1): void {
    if (this.#closed && this.#late !== null) {
      this.#late.count(kind, times);
      return;
    }
    this.#usage ??= {};
    this.#usage[kind] = (this.#usage[kind] ?? 0) + times;
  }

  add(usage: Usage): void {
    for (const [kind, times] of Object.entries(usage)) this.count(kind as Kind, times);
  }

  /** What was counted since the last call, here and late; undefined = nothing. */
  take(): Usage | undefined {
    const late = this.#late?.take();
    if (late !== undefined) this.add(late);
    const usage = this.#usage;
    this.#usage = undefined;
    return usage;
  }

  /** The same, and the last. */
  close(): Usage | undefined {
    const usage = this.take();
    this.#closed = true;
    return usage;
  }
}

/** By method of a binding: what a call counts as. A method that is not named is free. https://developers.cloudflare.com/kv/platform/pricing/ */
const KV = {
  get: "kvReads",
  getWithMetadata: "kvReads",
  put: "kvWrites",
  delete: "kvWrites",
  list: "kvWrites",
} as const satisfies Partial<Record<keyof KVNamespace, Kind>>;

/** Deletes are free. https://developers.cloudflare.com/r2/pricing/ */
const R2 = {
  get: "r2Reads",
  head: "r2Reads",
  put: "r2Writes",
  list: "r2Writes",
  createMultipartUpload: "r2Writes",
} as const satisfies Partial<Record<keyof R2Bucket, Kind>>;

type Meterable = (binding: object, meter: Meter) => object;

/** The bindings of a Worker that are metered, by a method that only they have. */
const METERED: readonly (readonly [method: string, Meterable])[] = [
  ["getWithMetadata", (kv, meter) => calls(kv, KV, meter)],
  ["createMultipartUpload", (bucket, meter) => calls(bucket, R2, meter)],
  ["idFromName", (namespace, meter) => objects(namespace, meter)],
];

/** `env` with bindings that count in `meter`. A binding is wrapped when it is first used: a hit at the edge uses none. */
export function meteredBindings(env: Env, meter: Meter): Env {
  let wrapped: Map<PropertyKey, object> | undefined;
  return new Proxy(env, {
    get(target, name) {
      const binding: unknown = Reflect.get(target, name);
      if (typeof binding !== "object" || binding === null) return binding;
      const known = wrapped?.get(name);
      if (known !== undefined) return known;
      const wrap = METERED.find(([method]) => method in binding)?.[1];
      if (wrap === undefined) return binding;
      const metered = wrap(binding, meter);
      wrapped ??= new Map();
      wrapped.set(name, metered);
      return metered;
    },
  });
}

function calls(binding: object, kinds: Readonly<Record<string, Kind>>, meter: Meter): object {
  return new Proxy(binding, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      const kind = typeof name === "string" && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
      return (...args: unknown[]) => {
        // Several keys in one call of KV are several reads.
        if (kind !== undefined) meter.count(kind, Array.isArray(args[0]) ? args[0].length : 1);
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** Each call of a method of an object is a request. https://developers.cloudflare.com/durable-objects/platform/pricing/ */
function objects(namespace: object, meter: Meter): object {
  const stubOf = (stub: object) =>
    new Proxy(stub, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          meter.count("objectCalls");
          // A method of another Worker's object has no `apply` of its own: that name would be called there.
          return Reflect.apply(member, target, args);
        };
      },
    });
  return new Proxy(namespace, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const given: unknown = Reflect.apply(member, target, args);
        return (name === "get" || name === "getByName") && typeof given === "object" && given !== null
          ? stubOf(given)
          : given;
      };
    },
  });
}

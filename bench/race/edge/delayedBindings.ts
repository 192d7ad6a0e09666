/**
 * Bindings as the Worker finds them at a place: each call takes the round trip of its service. A call reaches the service
 * after half of it, so a written object can be read from then on.
 */
import type { EdgeTrips } from "../distances.ts";
import { hold } from "./connections.ts";

/** `called`: the Worker makes the call. `done`: the service has done it. `answered`: the Worker has the answer. */
export type Phase = "called" | "done" | "answered";

export type DelayOptions = {
  readonly trips: () => EdgeTrips;
  /** Gets each phase of each call. `key` is the first argument if it is a text. */
  readonly note: (what: string, key: string, phase: Phase) => void;
};

type Method = (...args: unknown[]) => unknown;

const BUCKET_METHODS: readonly string[] = ["get", "head", "put", "list", "delete"];
const KV_METHODS: readonly string[] = ["get", "getWithMetadata", "put", "list", "delete"];
const COORDINATOR_METHODS: readonly string[] = ["ask", "report"];

/** `env` with delayed stores and coordinator. What the race does not measure stays: rate limits, events, variables. */
export function delayedBindings(env: Readonly<Record<string, unknown>>, options: DelayOptions) {
  const delayed: Record<string, unknown> = { ...env };
  for (const [name, binding] of Object.entries(env)) {
    if (!isObject(binding)) continue;
    if (name === "R2_PRIMARY") delayed[name] = delayedService(binding, "primary", BUCKET_METHODS, options);
    else if (name.startsWith("R2_")) delayed[name] = delayedService(binding, "region", BUCKET_METHODS, options);
    else if (name === "THUMBS") delayed[name] = delayedService(binding, "kv", KV_METHODS, options);
    else if (name === "COORDINATOR") delayed[name] = delayedCoordinators(binding, options);
  }
  // A master is made by another invocation, minutes later and on another machine. Here it would take the race's CPU.
  delayed.MASTERS = { send: async () => undefined };
  return delayed;
}

function delayedService(service: object, tier: keyof EdgeTrips, methods: readonly string[], options: DelayOptions) {
  return replacing(service, (name, method) => {
    if (!methods.includes(name)) return method;
    return (...args) => hold(() => delayedCall(tier, name, args, method, options));
  });
}

/** Calls of a Durable Object hold no connection. */
function delayedCoordinators(namespace: object, options: DelayOptions): object {
  return replacing(namespace, (name, method) => {
    if (name !== "get") return method;
    return (...args) =>
      replacing(method(...args) as object, (called, call) => {
        if (!COORDINATOR_METHODS.includes(called)) return call;
        return (...sent) => delayedCall("coordinator", called, sent.slice(1), async () => call(...sent), options);
      });
  });
}

async function delayedCall(
  tier: keyof EdgeTrips,
  name: string,
  args: readonly unknown[],
  method: Method,
  { trips, note }: DelayOptions,
): Promise<unknown> {
  const half = trips()[tier] / 2;
  const key = typeof args[0] === "string" ? args[0] : "";
  const what = `${tier}.${name}`;
  note(what, key, "called");
  await pause(half);
  const value = await method(...args);
  note(what, key, "done");
  await pause(half);
  note(what, key, "answered");
  return value;
}

/** The object with some of its methods replaced. `replace` gets each method bound to the object itself. */
function replacing(target: object, replace: (name: string, method: Method) => Method): object {
  return new Proxy(target, {
    get(object, name) {
      const member: unknown = Reflect.get(object, name);
      if (typeof member !== "function" || typeof name !== "string") return member;
      return replace(name, (...args) => Reflect.apply(member, object, args));
    },
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

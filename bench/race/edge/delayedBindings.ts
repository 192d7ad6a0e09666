/**
 * Bindings as the Worker finds them at a place: each call takes the round trip of its service. A call reaches the service
 * after half of it, so a written object can be read from then on.
 */
import { pause } from "../../pause.ts";
import type { EdgeTrips } from "../distances.ts";
import { hold } from "./connections.ts";

/** `called`: the Worker makes the call. `done`: the service has done it. `answered`: the Worker has the answer. */
export type Phase = "called" | "done" | "answered";

export type DelayOptions = {
  readonly trips: () => EdgeTrips;
  /** Gets each phase of each call. `key` is the first argument if it is a text. `at`: unix ms; else now. */
  readonly note: (what: string, key: string, phase: Phase, at?: number) => void;
  /** The process that answers lets the trips pass and says when it did what was asked (remote.ts). */
  readonly elsewhere?: boolean;
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
    if (name === "THUMBS") delayed[name] = delayedService(binding, "kv", KV_METHODS, options);
    else if (name.startsWith("R2_")) delayed[name] = delayedService(binding, tierOf(name), BUCKET_METHODS, options);
    else if (name === "COORDINATOR") delayed[name] = delayedCoordinators(binding, options);
  }
  // A master is made by another invocation, minutes later and on another machine. Here it would take the race's CPU.
  delayed.MASTERS = { send: async () => undefined };
  return delayed;
}

/** Whose distance a store has, by the name of its binding. */
export function tierOf(binding: string): "primary" | "kv" | "region" {
  if (binding === "R2_PRIMARY") return "primary";
  return binding === "THUMBS" ? "kv" : "region";
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
  { trips, note, elsewhere = false }: DelayOptions,
): Promise<unknown> {
  const half = elsewhere ? 0 : trips()[tier] / 2;
  const key = typeof args[0] === "string" ? args[0] : "";
  const what = `${tier}.${name}`;
  note(what, key, "called");
  await pause(half);
  const value = await method(...args);
  if (!elsewhere) note(what, key, "done");
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

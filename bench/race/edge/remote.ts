/**
 * Stores and coordinators of the other process, for the push edge. The two edges run in processes of their own, since
 * two isolates of one process share a thread, and a push's renders would hold up readers on another continent. The trips
 * of these calls pass in the process that answers: renders must not hold up what is already under way.
 */
import { pause } from "../../pause.ts";
import { type DelayOptions, tierOf } from "./delayedBindings.ts";
import type { MemoryObject, PutAttributes } from "./memoryBucket.ts";
import type { StoresPort } from "./storeBindings.ts";

/** The header of the arguments, and the one of an object's metadata: JSON, escaped as in a URL. */
export const ARGUMENTS_HEADER = "x-race-arguments";
export const OBJECT_HEADER = "x-race-object";
/** Half of the call's round trip, in ms; and in the answer, when the service did it (unix ms). */
const HALF_TRIP_HEADER = "x-race-half-trip";
const DONE_HEADER = "x-race-done";
/** Where the reader's edge takes calls of coordinators. No picture has this path. */
export const COORDINATOR_PATH = "/race-coordinator";

export type CoordinatorCall = { readonly name: string; readonly method: string; readonly args: readonly unknown[] };

export const toHeader = (value: unknown): string => encodeURIComponent(JSON.stringify(value));
export const fromHeader = (text: string | null): unknown => JSON.parse(decodeURIComponent(text ?? "null"));

/** The arguments of a `put` after JSON: the date of a condition is a text then. */
export function revived(attributes: PutAttributes): PutAttributes {
  const { onlyIf } = attributes;
  if (onlyIf?.uploadedBefore === undefined) return attributes;
  return { ...attributes, onlyIf: { ...onlyIf, uploadedBefore: new Date(onlyIf.uploadedBefore) } };
}

/** Answers a call of the push edge after its way here, and lets the answer take the way back. */
export async function atDistance(request: Request, serve: () => Promise<Response>): Promise<Response> {
  const half = Number(request.headers.get(HALF_TRIP_HEADER) ?? 0);
  await pause(half);
  const served = await serve();
  const answer = new Response(served.body, served);
  answer.headers.set(DONE_HEADER, String(Date.now()));
  await pause(half);
  return answer;
}

/** `url`: of the Worker that holds the stores. */
export function remoteStores(url: string, send: typeof fetch, { trips, note }: DelayOptions): StoresPort {
  const call = async (method: string, args: readonly unknown[], body: Uint8Array | null = null) => {
    const [bucket, key] = args as readonly [string, unknown];
    const tier = tierOf(bucket);
    const headers = { [ARGUMENTS_HEADER]: toHeader(args), [HALF_TRIP_HEADER]: String(trips()[tier] / 2) };
    const init = { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> | null };
    const answer = await send(`${url}/${method}`, init);
    if (answer.status !== 200) throw new Error(`stores: ${answer.status} ${await answer.text()}`);
    note(`${tier}.${method}`, String(key), "done", Number(answer.headers.get(DONE_HEADER)));
    return answer;
  };
  const object = async (answer: Response): Promise<MemoryObject | null> => {
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const head = fromHeader(answer.headers.get(OBJECT_HEADER)) as Omit<MemoryObject, "bytes"> | null;
    return head === null ? null : { ...head, bytes };
  };
  return {
    get: async (bucket, key) => object(await call("get", [bucket, key])),
    head: async (bucket, key) => object(await call("head", [bucket, key])),
    put: async (bucket, key, bytes, attributes) => object(await call("put", [bucket, key, attributes], bytes)),
    list: async (bucket, prefix, limit) => (await call("list", [bucket, prefix, limit])).json(),
    delete: async (bucket, keys) => void (await (await call("delete", [bucket, keys])).arrayBuffer()),
  };
}

/** A namespace of Durable Objects. `url`: of the reader's edge. */
export function remoteCoordinators(url: string, send: typeof fetch, { trips, note }: DelayOptions): object {
  const call = async (order: CoordinatorCall) => {
    const headers = { [HALF_TRIP_HEADER]: String(trips().coordinator / 2) };
    const answer = await send(`${url}${COORDINATOR_PATH}`, { method: "POST", headers, body: JSON.stringify(order) });
    if (answer.status !== 200) throw new Error(`coordinator: ${answer.status} ${await answer.text()}`);
    note(`coordinator.${order.method}`, String(order.args[1]), "done", Number(answer.headers.get(DONE_HEADER)));
    return answer.json();
  };
  return {
    idFromName: (name: string) => name,
    get: (name: string) => ({
      ask: (...args: unknown[]) => call({ name, method: "ask", args }),
      report: (...args: unknown[]) => call({ name, method: "report", args }),
    }),
  };
}

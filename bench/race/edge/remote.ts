/**
 * Stores and coordinators of the other process, for the push edge. The two edges run in processes of their own, since
 * two isolates of one process share a thread, and a push's renders would hold up readers on another continent.
 */
import type { MemoryObject, PutAttributes } from "./memoryBucket.ts";
import type { StoresPort } from "./storeBindings.ts";

/** The header of the arguments, and the one of an object's metadata: JSON, escaped as in a URL. */
export const ARGUMENTS_HEADER = "x-race-arguments";
export const OBJECT_HEADER = "x-race-object";
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

/** `url`: of the Worker that holds the stores. */
export function remoteStores(url: string, send: typeof fetch): StoresPort {
  const call = async (method: string, args: readonly unknown[], body: Uint8Array | null = null) => {
    const headers = { [ARGUMENTS_HEADER]: toHeader(args) };
    const init = { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> | null };
    const answer = await send(`${url}/${method}`, init);
    if (answer.status !== 200) throw new Error(`stores: ${answer.status} ${await answer.text()}`);
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
export function remoteCoordinators(url: string, send: typeof fetch): object {
  const call = async (order: CoordinatorCall) => {
    const answer = await send(`${url}${COORDINATOR_PATH}`, { method: "POST", body: JSON.stringify(order) });
    if (answer.status !== 200) throw new Error(`coordinator: ${answer.status} ${await answer.text()}`);
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

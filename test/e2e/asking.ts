/** How the end-to-end tests ask for a picture, and what they look at in the answer. */
import { sourceKeys } from "../../src/store/schema/key.ts";
import type { FaultyEdge } from "../support/faultyEdge.ts";

export type Answer = {
  readonly status: number;
  /** Code of an error, "" for a picture. */
  readonly code: string;
  /** Which store answered (Cache-Status `detail`), or "miss". */
  readonly detail: string;
  readonly bytes: Uint8Array;
  /** Seconds; -1 when the answer may not be kept. */
  readonly maxAge: number;
  readonly ms: number;
};

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** Asks the Worker at `base` for `source` at a width of the ladder, as WebP, unsigned. */
export async function askFor(base: string, source: string, width = 160, via: Fetch = fetch): Promise<Answer> {
  const started = performance.now();
  const address = `${base}/insecure/rs:fit:${width}/plain/${encodeURIComponent(source)}`;
  const response = await via(address, { headers: { accept: "image/webp" } });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const cacheStatus = response.headers.get("cache-status") ?? "";
  return {
    status: response.status,
    code: response.ok ? "" : (JSON.parse(new TextDecoder().decode(bytes)) as { code: string }).code,
    detail: /detail=([\w-]+)/.exec(cacheStatus)?.[1] ?? (cacheStatus.includes("fwd=") ? "miss" : ""),
    bytes,
    maxAge: Number(/max-age=(\d+)/.exec(response.headers.get("cache-control") ?? "")?.[1] ?? -1),
    ms: performance.now() - started,
  };
}

/** What is stored once all that goes on after answers is done. */
export async function settled(edge: FaultyEdge): Promise<readonly string[]> {
  await edge.idle();
  return edge.stored();
}

/** Of these keys the stored renditions. */
export const renditions = (keys: readonly string[]) => keys.filter((key) => key.includes(" 2/t/"));

/** Deletes all that is stored of a source except keys that match. */
export async function keepOnly(edge: FaultyEdge, source: string, keep: RegExp): Promise<void> {
  const { source32 } = await sourceKeys(source);
  for (const place of (await settled(edge)).filter((one) => one.includes(source32) && !keep.test(one))) {
    const [binding = "", key = ""] = place.split(" ");
    const store =
      binding === "THUMBS"
        ? await edge.miniflare.getKVNamespace(binding, "firstlight")
        : await edge.miniflare.getR2Bucket(binding, "firstlight");
    await store.delete(key);
  }
}

/** Runs a job for each, at most `width` at a time, and gives the results in order. */
export async function inTurn<T, R>(items: readonly T[], width: number, job: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += width) {
    results.push(...(await Promise.all(items.slice(at, at + width).map(job))));
  }
  return results;
}

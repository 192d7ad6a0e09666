/**
 * Stores that keep nothing: every picture of this bench is new. The runtime's simulators take milliseconds of CPU for each
 * write, which no deployment pays, and would make isolates late.
 */
import { SETTINGS_KEY } from "../../../src/live/settingsCache.ts";
import { MemoryBucket } from "../../race/edge/memoryBucket.ts";
import { bucketOver, namespaceOver, type StoresPort } from "../../race/edge/storeBindings.ts";

/** `settings`: text of the live settings, the only value that is there. */
export function emptyStores(
  env: Readonly<Record<string, unknown>>,
  settings: string,
): Readonly<Record<string, unknown>> {
  const live = new MemoryBucket();
  live.put(SETTINGS_KEY, new TextEncoder().encode(settings), {}, Date.now());
  const port: StoresPort = {
    get: async (bucket, key) => (bucket === "THUMBS" ? live.get(key) : null),
    head: async () => null,
    put: async (_bucket, key, bytes, attributes) => new MemoryBucket().put(key, bytes, attributes, Date.now()),
    list: async () => [],
    delete: async () => undefined,
  };
  const buckets = Object.keys(env).filter((name) => name.startsWith("R2_"));
  return {
    ...Object.fromEntries(buckets.map((name) => [name, bucketOver(port, name)])),
    THUMBS: namespaceOver(port, "THUMBS"),
    MASTERS: { send: async () => undefined },
  };
}

export const EMPTY_CACHE = { match: async () => undefined, put: async () => undefined, delete: async () => false };

/** Open breakers in KV, so that a new isolate knows them. Written only when a breaker opens or closes. */
import type { Open } from "./breaker.ts";
import type { HostStore } from "./hostGuard.ts";

/** The shortest lifetime that KV accepts. */
const MIN_TTL_SECONDS = 60;

/** One key per host, `b/<host>`; a host name is at most 253 characters and KV takes 512 bytes. */
export function kvHostStore(kv: KVNamespace): HostStore {
  const key = (host: string) => `b/${host}`;
  return {
    async read(host) {
      try {
        const value = await kv.get<Partial<Open>>(key(host), { type: "json", cacheTtl: MIN_TTL_SECONDS });
        if (typeof value?.until !== "number" || typeof value.opens !== "number") return null;
        return { until: value.until, opens: value.opens, soft: value.soft === true, told: true };
      } catch {
        return null;
      }
    },
    async write(host, open, now) {
      try {
        if (open === null) return await kv.delete(key(host));
        const expirationTtl = Math.max(MIN_TTL_SECONDS, Math.ceil((open.until - now) / 1000));
        const { until, opens, soft } = open;
        await kv.put(key(host), JSON.stringify({ until, opens, soft }), { expirationTtl });
      } catch {
        // The other isolates then learn it by their own requests.
      }
    },
  };
}

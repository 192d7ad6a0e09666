/** What isolates tell each other of hosts, in KV. It is written only when it changes. */
import type { Open } from "./breaker.ts";
import { type HostNews, type HostStore, NO_NEWS } from "./hostNews.ts";

/** The shortest lifetime that KV accepts. */
const MIN_TTL_SECONDS = 60;

/** One key per host, `b/<host>`; a host name is at most 253 characters and KV takes 512 bytes. */
export function kvHostStore(kv: KVNamespace): HostStore {
  const key = (host: string) => `b/${host}`;
  return {
    async read(host) {
      try {
        return newsOf(await kv.get<Stored>(key(host), { type: "json", cacheTtl: MIN_TTL_SECONDS }));
      } catch {
        return NO_NEWS;
      }
    },
    async write(host, { open, governedUntil }, now) {
      try {
        const ends = Math.max(open?.until ?? 0, governedUntil);
        if (ends <= now) return await kv.delete(key(host));
        const expirationTtl = Math.max(MIN_TTL_SECONDS, Math.ceil((ends - now) / 1000));
        const breaker = open === null ? {} : { until: open.until, opens: open.opens, soft: open.soft };
        await kv.put(key(host), JSON.stringify({ ...breaker, governedUntil } satisfies Stored), { expirationTtl });
      } catch {
        // The other isolates then learn it by their own requests.
      }
    },
  };
}

/** JSON as written; a value of an older Worker has only the first three. */
type Stored = Partial<Pick<Open, "until" | "opens" | "soft"> & Pick<HostNews, "governedUntil">>;

function newsOf(value: Stored | null): HostNews {
  const { until, opens, soft, governedUntil } = value ?? {};
  const isOpen = typeof until === "number" && typeof opens === "number";
  return {
    open: isOpen ? { until, opens, soft: soft === true, told: true } : null,
    governedUntil: typeof governedUntil === "number" ? governedUntil : 0,
  };
}

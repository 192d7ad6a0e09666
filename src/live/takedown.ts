/** Purges and takedowns, as changes of the live settings. Pure; hashes are those of the store keys (store/key.ts). */
import type { LiveSettings } from "./liveSettings.ts";

/** The ledger of purges and takedowns (ledger.ts): an object of the primary bucket. */
export const LEDGER_KEY = "settings/ledger.json";

/** What is purged: everything of a host, or one source of it. */
export type Target = { readonly host16: string; readonly source32: string | null };

/** The part of the live settings that a purge changes. */
type Takedowns = {
  /** Purge epoch per `host16`, unix milliseconds. */
  readonly epochs: Readonly<Record<string, number>>;
  readonly blocked: { readonly sources: readonly string[]; readonly hosts: readonly string[] };
};

/**
 * The settings after a purge. The host's epoch becomes `now` (unix ms), so that every edge misses; it never goes back.
 * `block` keeps the target out (true), lets it in again (false), or leaves that as it is (null). Idempotent.
 */
export function withPurge<Settings extends Takedowns>(
  settings: Settings,
  target: Target,
  block: boolean | null,
  now: number,
): Settings {
  const { host16, source32 } = target;
  const epoch = Math.max(now, settings.epochs[host16] ?? 0);
  const { sources, hosts } = settings.blocked;
  return {
    ...settings,
    epochs: { ...settings.epochs, [host16]: epoch },
    blocked: {
      sources: source32 === null ? sources : withMember(sources, source32, block),
      hosts: source32 === null ? withMember(hosts, host16, block) : hosts,
    },
  };
}

/** The settings after a host was marked stale at `now` (unix ms): its older copies must be confirmed. Idempotent. */
export function withStale(settings: LiveSettings, { host16 }: Target, now: number): LiveSettings {
  const since = Math.max(now, settings.staleEpochs[host16] ?? 0);
  return { ...settings, staleEpochs: { ...settings.staleEpochs, [host16]: since } };
}

/** The settings after a purge by maker: its renditions are misses, wherever they still lie. Idempotent. */
export function withRetired(settings: LiveSettings, maker: string): LiveSettings {
  return { ...settings, retiredMakers: withMember(settings.retiredMakers, maker, true) };
}

function withMember(list: readonly string[], member: string, keep: boolean | null): readonly string[] {
  if (keep === null || list.includes(member) === keep) return list;
  return keep ? [...list, member] : list.filter((other) => other !== member);
}

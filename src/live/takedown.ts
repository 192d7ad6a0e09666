/** Purges and takedowns, as changes of the live settings. Pure; hashes are those of the store keys (store/key.ts). */
import type { LiveSettings } from "./liveSettings.ts";

/** What is purged: everything of a host, or one source of it. */
export type Target = { readonly host16: string; readonly source32: string | null };

/**
 * The settings after a purge: the host's epoch is `now` (unix ms), so that every edge misses, and never goes back; and
 * `block` keeps the target out (true), lets it in again (false), or leaves that as it is (null). Idempotent.
 */
export function withPurge(settings: LiveSettings, target: Target, block: boolean | null, now: number): LiveSettings {
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

/** The settings after a purge by maker: its renditions are misses, wherever they still lie. Idempotent. */
export function withRetired(settings: LiveSettings, maker: string): LiveSettings {
  return { ...settings, retiredMakers: withMember(settings.retiredMakers, maker, true) };
}

function withMember(list: readonly string[], member: string, keep: boolean | null): readonly string[] {
  if (keep === null || list.includes(member) === keep) return list;
  return keep ? [...list, member] : list.filter((other) => other !== member);
}

/**
 * A breaker per host: after enough failures nobody waits for that host until a probe finds it well again. Pure: time
 * comes as an argument, and what must be told to other isolates is given back. Nygard, "Release It!", circuit breaker.
 */

export const BREAKER = {
  windowMs: 30_000,
  /** It opens at this many failures in the window, */
  minFailures: 10,
  /** over this many different sources (one broken picture on a busy page is not a broken host), */
  minSources: 5,
  /** that are this share of all outcomes in the window. */
  minShare: 0.5,
  /** First time it stays open; each failed probe doubles it. */
  openMs: 10_000,
  /** Longest, whatever Retry-After says: a host is asked again within ten minutes. */
  maxOpenMs: 600_000,
  /** A probe that has not been heard of for so long is lost, and another may go. */
  probeMs: 60_000,
  /** Outcomes looked at per host, and hosts known; older ones are forgotten. */
  maxOutcomes: 128,
  maxHosts: 1_000,
} as const;

export type BreakerRules = { readonly [name in keyof typeof BREAKER]: number };

export type Admission =
  | { readonly admitted: true; readonly probe: boolean }
  | { readonly admitted: false; readonly retryAfter: number };

/** One exchange with a host, as the breaker sees it. */
export type HostOutcome = {
  readonly source: string;
  readonly failed: boolean;
  /** Seconds the host asked us to stay away, if it did. */
  readonly retryAfter: number | null;
  /** It was let in as a probe. */
  readonly probe: boolean;
};

/** An open breaker: until when (unix ms), and how often in a row it has opened. */
export type Open = { readonly until: number; readonly opens: number };

/** What changed, for the others: the host's breaker opened (again), or closed (null). Undefined: nothing. */
export type Change = Open | null | undefined;

type Sample = { readonly at: number; readonly source: string; readonly failed: boolean; readonly wait: number };
type Host = { samples: Sample[]; open: Open | null; probeUntil: number };

export class Breaker {
  readonly #hosts = new Map<string, Host>();
  readonly #rules: BreakerRules;

  constructor(rules: BreakerRules = BREAKER) {
    this.#rules = rules;
  }

  /** May `host` be asked now? When it is not, `retryAfter` is in seconds, at least 1. */
  admit(host: string, now: number): Admission {
    const entry = this.#hosts.get(host);
    if (entry === undefined || entry.open === null) return { admitted: true, probe: false };
    // A clock that was set back must not keep a host shut for longer than the rules do.
    const until = Math.min(entry.open.until, now + this.#rules.maxOpenMs);
    if (now < until) return refused(until - now);
    const probing = Math.min(entry.probeUntil, now + this.#rules.probeMs) - now;
    if (probing > 0) return refused(1000);
    entry.probeUntil = now + this.#rules.probeMs;
    return { admitted: true, probe: true };
  }

  /** Takes note of an outcome. Late ones, from before the breaker opened, count for nothing. */
  record(host: string, outcome: HostOutcome, now: number): Change {
    const entry = this.#entry(host);
    if (entry.open !== null) {
      if (!outcome.probe) return undefined;
      if (outcome.failed) return this.#open(entry, entry.open.opens + 1, (outcome.retryAfter ?? 0) * 1000, now);
      this.#hosts.delete(host);
      return null;
    }
    const { windowMs, maxOutcomes, minFailures, minSources, minShare } = this.#rules;
    const wait = (outcome.retryAfter ?? 0) * 1000;
    entry.samples.push({ at: now, source: outcome.source, failed: outcome.failed, wait });
    entry.samples = entry.samples.filter(({ at }) => at <= now && now - at < windowMs).slice(-maxOutcomes);
    if (!outcome.failed) return undefined;
    const failures = entry.samples.filter(({ failed }) => failed);
    if (failures.length < minFailures || failures.length < minShare * entry.samples.length) return undefined;
    if (new Set(failures.map(({ source }) => source)).size < minSources) return undefined;
    const asked = Math.max(...failures.map((sample) => sample.at + sample.wait - now));
    return this.#open(entry, 1, asked, now);
  }

  /** A probe ended without telling anything about the host: the next one may go at once. */
  abandon(host: string): void {
    const entry = this.#hosts.get(host);
    if (entry !== undefined) entry.probeUntil = 0;
  }

  /** Takes over what another isolate found out; a state that is over, or older than ours, changes nothing. */
  absorb(host: string, open: Open, now: number): void {
    if (open.until <= now) return;
    const entry = this.#entry(host);
    if (entry.open !== null && entry.open.until >= open.until) return;
    entry.open = { until: Math.min(open.until, now + this.#rules.maxOpenMs), opens: open.opens };
    entry.probeUntil = 0;
  }

  /** Hosts known. */
  get size(): number {
    return this.#hosts.size;
  }

  #open(entry: Host, opens: number, askedMs: number, now: number): Open {
    const { openMs, maxOpenMs } = this.#rules;
    const ms = Math.min(Math.max(openMs * 2 ** Math.min(opens - 1, 16), askedMs), maxOpenMs);
    entry.samples = [];
    entry.probeUntil = 0;
    entry.open = { until: now + ms, opens };
    return entry.open;
  }

  /** The host's entry, moved to the young end; the one longest unheard of goes when there are too many. */
  #entry(host: string): Host {
    const entry = this.#hosts.get(host) ?? { samples: [], open: null, probeUntil: 0 };
    this.#hosts.delete(host);
    this.#hosts.set(host, entry);
    for (const oldest of this.#hosts.keys()) {
      if (this.#hosts.size <= this.#rules.maxHosts) break;
      this.#hosts.delete(oldest);
    }
    return entry;
  }
}

function refused(ms: number): Admission {
  return { admitted: false, retryAfter: Math.max(1, Math.ceil(ms / 1000)) };
}

/**
 * A circuit breaker per host (Nygard, "Release It!"). After enough failures nobody waits for that host until it answers
 * a probe. Pure: time is an argument, and what other isolates should know is returned.
 *
 * Anybody can ask a host for paths that fail. So failures that a path can cause ("soft") open the breaker only while no
 * success was seen lately, and what then decides about opening longer is a source that worked before.
 */

export const BREAKER = {
  windowMs: 30_000,
  /** It opens when the failures in the window weigh this much (a connection failure weighs 1), */
  minFailures: 10,
  /** over this many different sources (one broken picture on a busy page is not a broken host), */
  minSources: 5,
  /** and are this share of the weight of all outcomes in the window. */
  minShare: 0.5,
  /** A success holds it closed for so long. Only `minFailures` connection failures since then outweigh it. */
  holdMs: 30_000,
  /** The first time it stays open for so long. Each failed probe doubles it. */
  openMs: 10_000,
  /** Longest time open, whatever Retry-After says: a host is asked again within ten minutes. */
  maxOpenMs: 600_000,
  /** Longest time open after soft failures of a host without a source known to work. */
  maxSoftOpenMs: 30_000,
  /** Such a host is then open to all for so long: the first success closes the breaker. */
  trialMs: 2_000,
  /** A probe without an outcome after so long is lost, and another may go. */
  probeMs: 60_000,
  /** Outcomes looked at per host, and hosts known. Older ones are forgotten. */
  maxOutcomes: 128,
  maxHosts: 1_000,
} as const;

export type BreakerRules = { readonly [name in keyof typeof BREAKER]: number };

export type Admission =
  | { readonly admitted: true; readonly probe: boolean }
  /** `probe`: the caller may ask this source first, which worked before, and record the outcome as a probe. */
  | { readonly admitted: false; readonly retryAfter: number; readonly probe: string | null };

/** What an exchange says of its host. `picture` worked; `answer` is any other sign that the host is well. */
export type Health = "picture" | "answer" | "soft" | "hard";

/** One exchange with a host, as the breaker sees it. */
export type HostOutcome = {
  readonly source: string;
  readonly health: Health;
  /** Weight of a failure; a success weighs 1. */
  readonly weight: number;
  /** Seconds the host asked us to stay away, if it did. */
  readonly retryAfter: number | null;
  /** It was let in as a probe. */
  readonly probe: boolean;
};

/**
 * An open breaker: until when (unix ms), how often in a row it has opened, and whether only soft failures opened it.
 * `told`: worth telling other isolates, since no choice of paths can bring it about.
 */
export type Open = { readonly until: number; readonly opens: number; readonly soft: boolean; readonly told: boolean };

/** What changed: the host's breaker opened (again), or closed (null). Undefined: nothing. */
export type Change = Open | null | undefined;

/** `source` is a digest: addresses may be kilobytes long. */
type Sample = Pick<HostOutcome, "health" | "weight"> & { at: number; source: number; wait: number };
type Host = {
  samples: Sample[];
  open: Open | null;
  probeUntil: number;
  trialUntil: number | null;
  okAt: number;
  hardSinceOk: number;
  /** The source that worked last. */
  good: string | null;
};

/** A longer address is not remembered as the source that worked. */
const MAX_GOOD = 1_024;

export class Breaker {
  readonly #hosts = new Map<string, Host>();
  readonly #rules: BreakerRules;

  constructor(rules: BreakerRules = BREAKER) {
    this.#rules = rules;
  }

  /** May `host` be asked for `source` now? When not, `retryAfter` is in seconds, at least 1. */
  admit(host: string, source: string, now: number): Admission {
    const entry = this.#hosts.get(host);
    if (entry === undefined || entry.open === null) return { admitted: true, probe: false };
    const left = this.#leftMs(entry.open, now);
    if (left > 0) return refused(left);
    if (entry.open.soft && entry.good === null) return this.#trial(entry, entry.open, now);
    const probing = Math.min(entry.probeUntil, now + this.#rules.probeMs) - now;
    if (probing > 0) return refused(1000);
    entry.probeUntil = now + this.#rules.probeMs;
    if (entry.good === null || entry.good === source) return { admitted: true, probe: true };
    return { ...refused(1000), probe: entry.good };
  }

  /** May a redirect lead to `host` now? Such a request is never a probe. Null: yes. Else seconds to wait. */
  admitRedirected(host: string, now: number): number | null {
    const open = this.#hosts.get(host)?.open ?? null;
    const left = open === null ? 0 : this.#leftMs(open, now);
    return left > 0 ? Math.ceil(left / 1000) : null;
  }

  /** Takes note of an outcome. Late outcomes, from before the breaker opened, count for nothing. */
  record(host: string, outcome: HostOutcome, now: number): Change {
    const entry = this.#entry(host);
    const ok = isOk(outcome);
    if (outcome.health === "picture" && outcome.source.length <= MAX_GOOD) entry.good = outcome.source;
    if (entry.open !== null) return outcome.probe ? this.#probed(entry, entry.open, outcome, now) : undefined;
    if (ok) Object.assign(entry, { okAt: now, hardSinceOk: 0 });
    else if (outcome.health === "hard") entry.hardSinceOk += outcome.weight;
    const { windowMs, maxOutcomes } = this.#rules;
    const wait = (outcome.retryAfter ?? 0) * 1000;
    const { health, weight } = outcome;
    entry.samples.push({ at: now, source: digest(outcome.source), health, weight, wait });
    entry.samples = entry.samples.filter(({ at }) => at <= now && now - at < windowMs).slice(-maxOutcomes);
    return ok ? undefined : this.#openIfSick(entry, now);
  }

  /** A probe ended without telling anything about the host: the next one may go at once. */
  abandon(host: string): void {
    const entry = this.#hosts.get(host);
    if (entry !== undefined) entry.probeUntil = 0;
  }

  /** Takes over what another isolate found out. What is over, older than ours, or refuted by our own successes is not. */
  absorb(host: string, open: Open, now: number): void {
    if (open.until <= now) return;
    const entry = this.#entry(host);
    if (this.#isHeld(entry, now)) return;
    if (entry.open !== null && entry.open.until >= open.until) return;
    this.#set(entry, { ...open, until: Math.min(open.until, now + this.#rules.maxOpenMs) });
  }

  /** What other isolates should know of the host: its open breaker, or null. */
  told(host: string): Open | null {
    const open = this.#hosts.get(host)?.open ?? null;
    return open?.told === true ? open : null;
  }

  /** Hosts known. */
  get size(): number {
    return this.#hosts.size;
  }

  /** A clock that was set back must not keep a host shut for longer than the rules do. */
  #leftMs({ until }: Open, now: number): number {
    return Math.min(until - now, this.#rules.maxOpenMs);
  }

  #isHeld({ okAt, hardSinceOk }: Host, now: number): boolean {
    const { holdMs, minFailures } = this.#rules;
    return okAt <= now && now - okAt < holdMs && hardSinceOk < minFailures;
  }

  #openIfSick(entry: Host, now: number): Change {
    const { minFailures, minSources, minShare, openMs } = this.#rules;
    if (this.#isHeld(entry, now)) return undefined;
    const failures = entry.samples.filter((sample) => !isOk(sample));
    const weight = weightOf(failures);
    if (weight < minFailures || weight < minShare * weightOf(entry.samples)) return undefined;
    if (new Set(failures.map(({ source }) => source)).size < minSources) return undefined;
    const soft = weightOf(failures.filter(({ health }) => health === "hard")) < minFailures / 2;
    // As half of the failures ask: a single path may ask for anything.
    const waits = failures.map((sample) => sample.at + sample.wait - now).sort((a, b) => b - a);
    const asked = waits[Math.ceil(waits.length / 2) - 1] ?? 0;
    return this.#set(entry, { ...this.#times(1, asked, now), soft, told: !soft || asked > openMs });
  }

  /** Everybody may ask for a while; nobody's failure extends it. */
  #trial(entry: Host, open: Open, now: number): Admission {
    const { trialMs, maxSoftOpenMs } = this.#rules;
    entry.trialUntil ??= now + trialMs;
    if (now < entry.trialUntil) return { admitted: true, probe: true };
    const { until, opens } = this.#times(open.opens + 1, 0, now, maxSoftOpenMs);
    this.#set(entry, { ...open, until, opens });
    return refused(until - now);
  }

  #probed(entry: Host, open: Open, outcome: HostOutcome, now: number): Change {
    if (isOk(outcome)) {
      Object.assign(entry, { samples: [], open: null, probeUntil: 0, trialUntil: null, okAt: now, hardSinceOk: 0 });
      return null;
    }
    if (entry.trialUntil !== null || now < open.until) return undefined;
    // A soft failure of an unknown source says little of the host: as long again, and no longer.
    const says = outcome.health === "hard" || outcome.source === entry.good;
    const times = this.#times(open.opens + (says ? 1 : 0), says ? (outcome.retryAfter ?? 0) * 1000 : 0, now);
    return this.#set(entry, { ...open, ...times });
  }

  #times(opens: number, askedMs: number, now: number, max = this.#rules.maxOpenMs): Pick<Open, "until" | "opens"> {
    const ms = Math.min(Math.max(this.#rules.openMs * 2 ** Math.min(opens - 1, 16), askedMs), max);
    return { until: now + ms, opens };
  }

  #set(entry: Host, open: Open): Open {
    Object.assign(entry, { samples: [], probeUntil: 0, trialUntil: null, open });
    return open;
  }

  /** The host's entry, moved to the young end. The one longest unheard of goes when there are too many. */
  #entry(host: string): Host {
    const fresh = { samples: [], open: null, probeUntil: 0, trialUntil: null, good: null };
    const entry = this.#hosts.get(host) ?? { ...fresh, okAt: Number.NEGATIVE_INFINITY, hardSinceOk: 0 };
    this.#hosts.delete(host);
    this.#hosts.set(host, entry);
    for (const oldest of this.#hosts.keys()) {
      if (this.#hosts.size <= this.#rules.maxHosts) break;
      this.#hosts.delete(oldest);
    }
    return entry;
  }
}

function isOk({ health }: Pick<HostOutcome, "health">): boolean {
  return health === "picture" || health === "answer";
}

function weightOf(samples: readonly Sample[]): number {
  return samples.reduce((sum, { weight }) => sum + weight, 0);
}

/** FNV-1a over UTF-16 code units, 32 bits. A collision only makes two sources count as one. */
function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

function refused(ms: number) {
  return { admitted: false, retryAfter: Math.max(1, Math.ceil(ms / 1000)), probe: null } as const;
}

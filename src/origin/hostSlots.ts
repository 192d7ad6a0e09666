/**
 * How many exchanges run with one host at a time, so that a page of forty pictures does not look like an attack.
 * Pure: who wants in polls, because in a Worker a request that is ended by its client never runs its `finally`. A slot
 * is therefore held for a time only, and a place in the line is kept by asking again.
 */

export const CONCURRENCY = {
  perHost: 8,
  /** Longest anybody holds a slot; longer than any exchange may take. */
  leaseMs: 60_000,
  /** Who has not asked for so long has left the line. */
  goneMs: 2_000,
  maxWaiting: 128,
} as const;

export type ConcurrencyRules = { readonly [name in keyof typeof CONCURRENCY]: number };

/** `in`: a slot is held until `leave`. `wait`: ask again soon. `full`: too many wait already. */
export type Turn = "in" | "wait" | "full";

type Host = { readonly held: Map<number, number>; readonly line: Map<number, number> };

export class HostSlots {
  readonly #hosts = new Map<string, Host>();
  readonly #rules: ConcurrencyRules;
  #tickets = 0;

  constructor(rules: ConcurrencyRules = CONCURRENCY) {
    this.#rules = rules;
  }

  /** A place in a line, for one exchange. */
  ticket(): number {
    return ++this.#tickets;
  }

  /** Asks for a slot with `host`, in the order of the first asking. */
  poll(host: string, ticket: number, now: number): Turn {
    const { perHost, leaseMs, goneMs, maxWaiting } = this.#rules;
    const entry = this.#hosts.get(host) ?? { held: new Map<number, number>(), line: new Map<number, number>() };
    this.#hosts.set(host, entry);
    // Both bounds: a clock that was set back must not keep a slot for ever.
    drop(entry.held, (since) => now - since >= leaseMs || since > now);
    drop(entry.line, (seen) => now - seen >= goneMs || seen > now);
    if (!entry.line.has(ticket) && entry.line.size >= maxWaiting) return "full";
    entry.line.set(ticket, now);
    const ahead = [...entry.line.keys()].indexOf(ticket);
    if (ahead >= perHost - entry.held.size) return "wait";
    entry.line.delete(ticket);
    entry.held.set(ticket, now);
    return "in";
  }

  /** Gives back the slot or the place in the line. May be called twice. */
  release(host: string, ticket: number): void {
    const entry = this.#hosts.get(host);
    if (entry === undefined) return;
    entry.held.delete(ticket);
    entry.line.delete(ticket);
    if (entry.held.size === 0 && entry.line.size === 0) this.#hosts.delete(host);
  }

  /** Hosts that are being asked or waited for. */
  get size(): number {
    return this.#hosts.size;
  }
}

function drop(entries: Map<number, number>, isOver: (value: number) => boolean): void {
  for (const [key, value] of entries) if (isOver(value)) entries.delete(key);
}

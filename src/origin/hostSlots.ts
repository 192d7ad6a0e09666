/**
 * How many exchanges run with one host at a time, so that a page of forty pictures does not look like an attack. Who
 * finds all slots taken waits in a queue.
 *
 * In a Worker a request that is ended by its client may never run its `finally`. So a slot is a lease that its holder
 * renews, and a place in the queue is kept by a timer of the waiting request. Both end by time when nobody renews them.
 */
import type { Priority } from "../concurrency/priority.ts";
import { SYSTEM_TIMERS, type Timers, WaitQueue } from "../concurrency/waitQueue.ts";

export const CONCURRENCY = {
  perHost: 8,
  maxWaiting: 128,
  /** A slot that was not renewed for so long is free. Longer than a decode keeps the isolate busy. */
  leaseMs: 5_000,
  /** A slot given to a waiting request that does not take it within this time is free. */
  confirmMs: 1_000,
  /** A waiting request shows at this interval that it is alive, */
  tickMs: 500,
  /** and has left the queue when it did not for so long. */
  goneMs: 2_500,
  /** From so many hosts on, those whose requests were ended in the middle are looked for. */
  manyHosts: 1_000,
} as const;

export type ConcurrencyRules = { readonly [name in keyof typeof CONCURRENCY]: number };

export type Slot = {
  /** Keeps the slot for another lease. */
  renew(): void;
  /** May be called twice. */
  release(): void;
  /** Others wait for a slot of this host. */
  readonly contended: boolean;
};

type Waiting = { seen: number; slot: Slot | null };
type Host = {
  most: number;
  readonly held: Map<Slot, { since: number; ms: number }>;
  readonly line: WaitQueue<Waiting>;
};

export class HostSlots {
  readonly #hosts = new Map<string, Host>();
  readonly #rules: ConcurrencyRules;
  readonly #timers: Timers;

  constructor(rules: ConcurrencyRules = CONCURRENCY, timers: Timers = SYSTEM_TIMERS) {
    this.#rules = rules;
    this.#timers = timers;
  }

  /**
   * Waits for a slot of `host`, at most `waitMs`. `most`: how many the host may have, when that is less than the rules
   * say. Rejects with Failure queue_full when the queue or the wait is too long.
   */
  async acquire(host: string, waitMs: number, priority: Priority, most: number | null = null): Promise<Slot> {
    if (this.#hosts.size >= this.#rules.manyHosts) for (const one of this.#hosts) this.#sweep(...one);
    const entry = this.#entry(host, waitMs);
    this.#sweep(host, entry);
    this.#hosts.set(host, entry);
    entry.most = Math.min(most ?? this.#rules.perHost, this.#rules.perHost);
    if (entry.line.length === 0 && entry.held.size < entry.most) return this.#take(host, entry, "leaseMs");
    if (entry.line.full) throw entry.line.refusal();
    const waiting: Waiting = { seen: this.#timers.now(), slot: null };
    const admitted = entry.line.join(waiting, priority);
    const stop = this.#everyTick(() => {
      waiting.seen = this.#timers.now();
      this.#admit(host, entry);
    });
    this.#admit(host, entry);
    try {
      await admitted;
    } finally {
      stop();
    }
    const slot = waiting.slot ?? this.#take(host, entry, "leaseMs");
    slot.renew();
    return slot;
  }

  /** Hosts that are being asked or waited for. */
  get size(): number {
    return this.#hosts.size;
  }

  #entry(host: string, waitMs: number): Host {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const rules = { maxWaiting: this.#rules.maxWaiting, waitMs };
    const entry: Host = {
      most: this.#rules.perHost,
      held: new Map(),
      line: new WaitQueue<Waiting>(rules, this.#timers, () => this.#admit(host, entry)),
    };
    return entry;
  }

  #take(host: string, entry: Host, lease: "leaseMs" | "confirmMs"): Slot {
    const slot: Slot = {
      renew: () => {
        // Also when the lease has run out meanwhile: for a moment there is then one exchange more than slots.
        if (!left) entry.held.set(slot, { since: this.#timers.now(), ms: this.#rules.leaseMs });
      },
      release: () => {
        left = true;
        if (entry.held.delete(slot)) this.#admit(host, entry);
      },
      get contended() {
        return entry.line.length > 0;
      },
    };
    let left = false;
    entry.held.set(slot, { since: this.#timers.now(), ms: this.#rules[lease] });
    return slot;
  }

  #admit(host: string, entry: Host): void {
    this.#sweep(host, entry);
    while (entry.held.size < entry.most) {
      const [next] = entry.line.inOrder();
      if (next === undefined) return;
      next.slot = this.#take(host, entry, "confirmMs");
      entry.line.admit(next);
    }
  }

  /** Ends leases and places whose time is over. Both bounds: a clock that was set back must not keep one for ever. */
  #sweep(host: string, entry: Host): void {
    const now = this.#timers.now();
    for (const [slot, { since, ms }] of entry.held) if (now - since >= ms || since > now) entry.held.delete(slot);
    for (const waiting of entry.line.inOrder()) {
      if (Math.abs(now - waiting.seen) >= this.#rules.goneMs) entry.line.refuse(waiting);
    }
    // A slot whose lease ran out may belong to an entry that was forgotten, and another one stands there by now.
    const isEmpty = entry.held.size === 0 && entry.line.length === 0;
    if (isEmpty && this.#hosts.get(host) === entry) this.#hosts.delete(host);
  }

  #everyTick(run: () => void): () => void {
    let timer = this.#timers.set(tick, this.#rules.tickMs);
    const again = () => {
      timer = this.#timers.set(tick, this.#rules.tickMs);
    };
    function tick() {
      again();
      run();
    }
    return () => this.#timers.clear(timer);
  }
}

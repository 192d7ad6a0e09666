/**
 * The governor of one host, without clock or I/O: calls come in, wait in order, and are answered when something can be
 * granted. The Durable Object gives it the time, keeps its record on disk and delivers its answers.
 */
import { HostLimits } from "./hostLimits.ts";
import type { AskKind, Binding, GovernorAnswer, GovernorCall, Grant, Refusal, Wish } from "./port.ts";
import { readCall } from "./readCall.ts";
import { type Blocked, type HostRecord, newRecord } from "./record.ts";

/** From so many waiting wishes on, a call does not wait. */
export const MAX_WAITING = 1_000;
/** The longest estimate that is told. */
const MAX_ESTIMATE_MS = 86_400_000;

/** Limits that nobody's release opens soon. */
const WINDOWS: readonly Binding[] = ["bytes", "day", "closed"];

const ORDER = { user: 0, warm: 1, job: 2 } as const satisfies Record<AskKind, number>;

type Waiting<Key> = {
  readonly key: Key;
  readonly call: GovernorCall;
  readonly arrived: number;
  /** The call is answered then at the latest. */
  until: number;
  /** Another call of the isolate has taken over its wishes. */
  superseded: boolean;
  readonly grants: Grant[];
  readonly renewed: GovernorAnswer["renewed"];
};

export type Step<Key> = {
  readonly answers: readonly { readonly key: Key; readonly answer: GovernorAnswer }[];
  /** In how many milliseconds to come again; null = the next call is soon enough. */
  readonly againInMs: number | null;
  /** Something was granted or learnt: the record has to be on disk before the answers leave. */
  readonly changed: boolean;
};

/** `Key` names a call to its deliverer. */
export class Governor<Key> {
  readonly limits: HostLimits;
  #waiting: Waiting<Key>[] = [];
  #changed = false;

  constructor(record: HostRecord | null, wall: number) {
    this.limits = new HostLimits(record ?? newRecord(wall));
  }

  get record(): HostRecord {
    return this.limits.record;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a call at `wall`, the time of the wall clock (unix ms). `step` answers it. */
  take(key: Key, said: GovernorCall, wall: number): void {
    const limits = this.limits;
    const call = readCall(said);
    const now = this.tick(wall);
    limits.hear(call.rule, now);
    const before = limits.record;
    for (const release of call.releases) limits.release(call.isolate, release, now);
    // A release alone need not be on disk: a governor that forgets it is stricter for a moment. A refusal must be.
    if (limits.record.refusals !== before.refusals) this.#changed = true;
    const renewed = call.renewals.flatMap((renewal) => limits.renew(call.isolate, renewal, now) ?? []);
    if (renewed.length > 0) this.#changed = true;
    const grants = call.wants.flatMap(
      ({ ticket }) => limits.known({ isolate: call.isolate, ticket }, call.tripMs, now) ?? [],
    );
    const isStale = this.#supersede(call, now);
    const waits = call.renewals.length === 0 && !isStale && this.#waiting.length < MAX_WAITING;
    const until = now + (waits ? call.waitMs : 0);
    this.#waiting.push({ key, call, arrived: now, until, superseded: isStale, grants, renewed });
  }

  /** Grants what can be granted at `wall`, and answers who need not wait any longer. */
  step(wall: number): Step<Key> {
    const now = this.tick(wall);
    // Who waits still means the rule that it has named.
    for (const { call } of this.#waiting) this.limits.hear(call.rule, now);
    const blocked = this.#admit(now);
    const isDone = ({ grants, call, until, superseded }: Waiting<Key>) =>
      grants.length > 0 || call.wants.length === 0 || superseded || until <= now || this.#isInVain(blocked, until);
    const done = this.#waiting.filter(isDone);
    const estimate = this.#estimates(blocked, now);
    const answers = done.map((one) => ({ key: one.key, answer: this.#answer(one, estimate, now) }));
    this.#waiting = this.#waiting.filter((one) => !isDone(one));
    const changed = this.#changed;
    this.#changed = false;
    const ends = this.#waiting.map(({ until }) => until);
    const next = Math.min(
      ...ends,
      this.#waiting.length > 0 && blocked !== null ? blocked.retryAt : Number.POSITIVE_INFINITY,
    );
    return { answers, againInMs: Number.isFinite(next) ? Math.max(1, Math.ceil(next - now)) : null, changed };
  }

  /** The governor's own time for a time of the wall clock. */
  tick(wall: number): number {
    const now = this.limits.tick(wall);
    this.limits.sweep(now);
    return now;
  }

  /** True: the call itself is older than one that was heard already. */
  #supersede({ isolate, call }: GovernorCall, now: number): boolean {
    const same = this.#waiting.filter((one) => one.call.isolate === isolate);
    const isStale = same.some((one) => one.call.call > call);
    if (!isStale) for (const one of same) Object.assign(one, { superseded: true, until: now });
    return isStale;
  }

  /**
   * A window opens when it is time, and not before `until`: who waits may as well hear that now, and ask again by then. A
   * region's share may grow meanwhile.
   */
  #isInVain(blocked: Blocked | null, until: number): boolean {
    if (blocked === null || this.record.share !== null) return false;
    return WINDOWS.includes(blocked.binding) && blocked.retryAt > until;
  }

  /** In order: readers, pushes, jobs, each by the time they have waited. Gives what keeps the first one waiting. */
  #admit(now: number): Blocked | null {
    const waiting = this.#inOrder();
    // Several starts of one job's call are together alone: the isolate makes one after the other, and renders between them.
    const [first] = waiting;
    const alone = waiting.length === 1 || waiting.every(({ one, wish }) => one === first?.one && wish.kind === "job");
    for (const { one, wish } of waiting) {
      const { isolate, tripMs } = one.call;
      const given = this.limits.grant({ ...wish, isolate, tripMs, alone }, now);
      if ("binding" in given) return given;
      one.grants.push(given);
      this.#changed = true;
    }
    return null;
  }

  #inOrder(): { readonly one: Waiting<Key>; readonly wish: Wish }[] {
    const open = this.#waiting.filter(({ superseded }) => !superseded);
    const wishes = open.flatMap((one) =>
      openWishes(one).map((wish) => ({ one, wish, since: one.arrived - wish.waitedMs })),
    );
    return wishes.sort((a, b) => ORDER[a.wish.kind] - ORDER[b.wish.kind] || a.since - b.since);
  }

  /** How long each open wish is likely to wait, by its place in the order. */
  #estimates(blocked: Blocked | null, now: number): ReadonlyMap<Wish, Refusal> {
    const { concurrency, perSecond, bytesPerSecond } = this.limits.limits(now);
    const { heldMs, size } = this.record;
    const each = [concurrency && heldMs / concurrency, perSecond && 1000 / perSecond];
    const eachMs = Math.max(
      ...each.map((ms) => ms ?? 0),
      bytesPerSecond && size ? (size.mean * 1000) / bytesPerSecond : 0,
    );
    // A slot is free long before the lease of its holder ends.
    const first = blocked?.binding === "slots" ? heldMs / (concurrency || 1) : (blocked?.retryAt ?? now) - now;
    return new Map(
      this.#inOrder().map(({ wish }, place) => {
        const waitMs = Math.min(Math.ceil(Math.max(0, first) + place * eachMs), MAX_ESTIMATE_MS);
        return [wish, { ticket: wish.ticket, binding: blocked?.binding ?? "slots", waitMs }];
      }),
    );
  }

  #answer(one: Waiting<Key>, estimates: ReadonlyMap<Wish, Refusal>, now: number): GovernorAnswer {
    const refusals = openWishes(one).map(
      (wish) => estimates.get(wish) ?? { ticket: wish.ticket, binding: "slots" as const, waitMs: 0 },
    );
    return {
      heldMs: now - one.arrived,
      grants: one.grants,
      refusals,
      renewed: one.renewed,
      limits: this.limits.limits(now),
      governedMs: this.limits.governedMs(now),
    };
  }
}

/** The wishes of a call that have no grant. */
function openWishes<Key>({ call, grants }: Waiting<Key>): readonly Wish[] {
  return call.wants.filter(({ ticket }) => !grants.some((grant) => grant.ticket === ticket));
}

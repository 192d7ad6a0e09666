/**
 * What one isolate has to say to one governor, and what it hears. All requests of the isolate share it: whoever is there
 * when a call is due sends it, and everybody hears the answer. A request that was ended in the middle sends nothing and
 * hears nothing, so everything here ends by time too.
 */
import { News } from "../../../concurrency/news.ts";
import { RecentKeys } from "../../../concurrency/recentKeys.ts";
import { withTimeout } from "../../../concurrency/timeout.ts";
import type { Binding, GovernorAnswer, GovernorCall, Release, SeenAnswer } from "../port.ts";
import { Calling } from "./calling.ts";
import { HeldGrant } from "./grant.ts";
import { Outbox } from "./outbox.ts";
import { REACH, Reach } from "./reach.ts";
import { dueAt, pollMs } from "./schedule.ts";
import type { Asker, Wish } from "./wish.ts";

/** A request that waits looks so often whether a call is due. */
const TICK_MS = 500;
/** How long a request cares for the delivery of a release. Then the lease must end by itself. */
const DELIVERY_MS = 10_000;
/** An answer that the governor held for longer than this is one of a saturated host. */
const HELD_MS = 50;
const NOT_BLOCKED = { binding: null, estimateMs: 0 } as const;
/** Grants that have ended lately: an answer may bring one again. */
const ENDED = { ms: 60_000, most: 256 } as const;

export class Conversation {
  readonly #isolate: string;
  readonly #news = new News();
  readonly #wishes = new Set<Wish>();
  readonly #grants = new Map<string, HeldGrant>();
  readonly #ended = new RecentKeys(ENDED.ms, ENDED.most);
  readonly #outbox = new Outbox();
  readonly #reach = new Reach();
  #number = 0;
  #calling: Calling | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;
  #saturated = false;
  #blocked: { readonly binding: Binding | null; readonly estimateMs: number } = NOT_BLOCKED;
  #otherLimitAt = Number.NEGATIVE_INFINITY;
  #bytesAt = Number.NEGATIVE_INFINITY;
  #concurrency: number | null = null;

  /** `isolate`: its name, unique among all that talk to the governor. */
  constructor(isolate: string) {
    this.#isolate = isolate;
  }

  /** How many wait for a grant. */
  get waiting(): number {
    return this.#wishes.size;
  }

  /** Nobody waits, as far as is known, and no other grant lies idle: one that may not be used would cost nobody time. */
  get mayAskAhead(): boolean {
    return this.#wishes.size === 0 && !this.#saturated && [...this.#grants.values()].every(({ started }) => started);
  }

  /** Nothing waits, runs or is to be said: it may be forgotten. */
  get idle(): boolean {
    return this.#wishes.size + this.#grants.size === 0 && this.#outbox.empty && this.#calling === null;
  }

  /** Nothing has been heard for too long, though calls were sent. */
  isUnreachable(now: number): boolean {
    return this.#reach.isLost(now);
  }

  /** Makes a wish known. Its call leaves when it is due. In a call under way it takes the place of one that was dropped. */
  open(wish: Wish): void {
    this.#wishes.add(wish);
    this.#calling?.replaceBy(wish);
  }

  /** Waits until the wish has its grant, until `endsAt`, or until `isOver`. Never rejects. */
  async granted(wish: Wish, asker: Asker, endsAt: number, isOver: (now: number) => boolean): Promise<HeldGrant | null> {
    // Raised: the governor hears of it with the next call, which is due now.
    const stop = wish.priority.onPromote(() => {
      wish.told = false;
      this.#news.tell();
    });
    await this.#until(
      (now) => {
        wish.seenAt = now;
        if (wish.grant !== null || isOver(now)) return true;
        // A decode may have kept the isolate busy for so long that the wish was taken for one of a request that is gone.
        this.#wishes.add(wish);
        return false;
      },
      asker,
      endsAt,
    );
    stop();
    return wish.grant;
  }

  /** Nobody wants it any more. A grant that it has, or gets by a call under way, is given back at once. */
  drop(wish: Wish, asker: Asker): void {
    if (this.#wishes.delete(wish)) this.#calling?.dropped(wish);
    if (wish.grant !== null) this.release(wish.grant, { kind: "unused" }, asker);
  }

  /** Gives a grant back. The report leaves with the next call, or alone after a short while. May be called twice. */
  release(grant: HeldGrant, answer: SeenAnswer, asker: Asker): void {
    const now = asker.now();
    if (!this.#ended.first(grant.id, now)) return;
    this.#grants.delete(grant.id);
    asker.later(this.#deliver(grant.release(answer), asker));
  }

  /** Tells the governor that the host, which had no limits, has refused. `retryAfter` in seconds. Ends when it was heard. */
  async tellRefusal(retryAfter: number | null, asker: Asker): Promise<void> {
    await this.#deliver({ id: null, answer: { kind: "refused", retryAfter }, received: [] }, asker);
  }

  /** Waits until the grant may read `bytes` in all. False: its time is over, or the governor cannot be reached. */
  async mayRead(grant: HeldGrant, bytes: number, asker: Asker): Promise<boolean> {
    grant.needs(bytes);
    await this.#until((now) => grant.mayRead >= bytes || grant.isOver(now) || this.isUnreachable(now), asker);
    return grant.mayRead >= bytes;
  }

  /** Sends what is due in the name of `asker`. Gives the time of the next call. */
  speak(asker: Asker): number {
    const now = asker.now();
    this.#sweep(now);
    if (this.#dueAt(now) <= now) this.#send(asker, now);
    return this.#dueAt(now);
  }

  #deliver(release: Release, asker: Asker): Promise<void> {
    this.#outbox.add(release, asker.now());
    this.#news.tell();
    return this.#until(() => !this.#outbox.has(release), asker, asker.now() + DELIVERY_MS);
  }

  /** Does what is due until `done` or `endsAt`. */
  async #until(done: (now: number) => boolean, asker: Asker, endsAt = Number.POSITIVE_INFINITY): Promise<void> {
    for (let now = asker.now(); !done(now) && now < endsAt; now = asker.now()) {
      const next = Math.min(this.speak(asker), endsAt);
      await this.#news.next(Math.min(TICK_MS, Math.max(1, next - now)));
    }
  }

  #dueAt(now: number): number {
    const asked = new Set(this.#calling?.call.renewals.map(({ id }) => id));
    return dueAt({
      ...{ sentAt: this.#sentAt, heardAt: this.#heardAt, retryAt: this.#reach.retryAt },
      ...{ calling: this.#calling !== null, saturated: this.#saturated, ...this.#blocked },
      otherLimitAt: this.#otherLimitAt,
      ...{ held: this.#grants.size, concurrency: this.#concurrency, releases: this.#outbox.unsent },
      wishes: [...this.#wishes].map(({ priority: { rank }, told, patientUntil }) => ({ rank, told, patientUntil })),
      renews: this.#renewing(now).some(({ id }) => !asked.has(id)),
    });
  }

  #renewing(now: number): readonly HeldGrant[] {
    return [...this.#grants.values()].filter((grant) => grant.asksFor(now));
  }

  /** Forgets what requests that were ended in the middle have left behind. */
  #sweep(now: number): void {
    // The request that sent it has died. That says nothing of the governor.
    if (this.#calling !== null && now >= this.#calling.lostAt) this.#lose(this.#calling);
    for (const wish of this.#wishes) if (wish.isGone(now)) this.#wishes.delete(wish);
    for (const [id, grant] of this.#grants) if (grant.isOver(now)) this.#grants.delete(id);
  }

  #send(asker: Asker, now: number): void {
    const wishes = [...this.#wishes];
    for (const wish of wishes) wish.told = true;
    const waitMs = pollMs({ saturated: this.#saturated, wishes: wishes.length, bytesAt: this.#bytesAt }, now);
    const number = ++this.#number;
    const call: GovernorCall = {
      ...{ isolate: this.#isolate, call: number, region: asker.region, rule: asker.rule, waitMs },
      tripMs: this.#reach.tripMs,
      wants: wishes.map((wish) => wish.asWire(now)),
      releases: this.#outbox.send(number),
      renewals: this.#renewing(now).map((grant) => grant.renewal()),
    };
    const limitMs = waitMs + REACH.silenceMs;
    const calling = new Calling(call, wishes, now + limitMs + TICK_MS);
    this.#calling = calling;
    this.#sentAt = now;
    asker.onCall(call.wants.length + call.renewals.length > 0);
    const heard = withTimeout(asker.port.ask(call), limitMs).then(
      (answer) => this.#hear(call, answer, now, asker),
      () => {
        if (this.#calling === calling) this.#reach.failed(now + waitMs, asker.now());
        this.#lose(calling);
      },
    );
    asker.later(heard);
  }

  #lose(calling: Calling): void {
    calling.lose();
    this.#outbox.lost(calling.call.call);
    if (this.#calling !== calling) return;
    this.#calling = null;
    this.#news.tell();
  }

  #hear(call: GovernorCall, answer: GovernorAnswer, sentAt: number, asker: Asker): void {
    const heardAt = asker.now();
    const { heldMs, grants, refusals, renewed, limits } = answer;
    this.#reach.answered(heardAt - sentAt - heldMs);
    if (this.#calling?.call === call) this.#calling = null;
    this.#heardAt = heardAt;
    this.#concurrency = limits.concurrency;
    // A later call has taken over the wishes of an earlier one.
    if (call.wants.length > 0 && call.call === this.#number) {
      this.#saturated = refusals.length > 0 || heldMs > HELD_MS;
      const [first] = refusals.toSorted((a, b) => a.waitMs - b.waitMs);
      this.#blocked = first === undefined ? NOT_BLOCKED : { binding: first.binding, estimateMs: first.waitMs };
      if (first !== undefined && first.binding !== "slots") this.#otherLimitAt = heardAt;
      if (first?.binding === "bytes") this.#bytesAt = heardAt;
    }
    this.#outbox.heard(call.releases);
    asker.onGoverned(answer.governedMs);
    const times = { sentAt, heardAt, heldMs, tripMs: call.tripMs };
    for (const grant of grants) this.#take(new HeldGrant(grant, times), asker);
    for (const wish of this.#wishes) {
      wish.refusal = refusals.find(({ ticket }) => ticket === wish.ticket) ?? wish.refusal;
    }
    for (const { id } of call.renewals) {
      const terms = renewed.find((one) => one.id === id);
      this.#grants.get(id)?.renewed(terms, heardAt);
    }
    this.#news.tell();
  }

  /** The same grant may come twice, also when it was given back; and to a wish that was dropped meanwhile. */
  #take(grant: HeldGrant, asker: Asker): void {
    this.#calling?.granted(grant.ticket);
    if (this.#grants.has(grant.id) || this.#ended.has(grant.id, asker.now())) return;
    const wish = [...this.#wishes].find(({ ticket }) => ticket === grant.ticket);
    if (wish === undefined) return void this.release(grant, { kind: "unused" }, asker);
    this.#wishes.delete(wish);
    this.#grants.set(grant.id, grant);
    wish.grant = grant;
  }
}

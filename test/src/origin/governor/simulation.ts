/**
 * Isolates, a governor and a counting source in virtual time. The isolates follow port.ts to the letter; the network is
 * uneven, isolates are killed, and the governor is restarted from what it has on disk.
 */
import { Governor } from "../../../../src/origin/governor/governor.ts";
import {
  type AskKind,
  type GovernorAnswer,
  type GovernorCall,
  type Grant,
  type Politeness,
  PROFILE_MS,
  type Release,
  type Renewal,
  type SeenAnswer,
} from "../../../../src/origin/governor/port.ts";
import type { HostRecord } from "../../../../src/origin/governor/record.ts";

export type Random = () => number;

/** Deterministic numbers in [0, 1): mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Events in virtual time. */
export class Clock {
  now = 1_000_000;
  readonly #events: { at: number; serial: number; run: () => void }[] = [];
  #serial = 0;

  in(ms: number, run: () => void): void {
    const event = { at: this.now + Math.max(0, ms), serial: this.#serial++, run };
    const before = this.#events.findLastIndex(({ at }) => at <= event.at);
    this.#events.splice(before + 1, 0, event);
  }

  runFor(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#events[0];
      if (next === undefined || next.at > end) break;
      this.#events.shift();
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }
}

/** What a source sees. Times are the source's. */
export class Source {
  readonly starts: { at: number; kind: AskKind }[] = [];
  readonly bytes: { at: number; amount: number }[] = [];
  open = 0;
  mostOpen = 0;
  #busyMs = 0;
  #since = 0;
  /** What it answers at a time; the default is a picture. */
  answer: (at: number) => SeenAnswer = () => ({ kind: "ok" });

  /** Slot milliseconds in use until `now`. */
  busyMs(now: number): number {
    this.#busyMs += this.open * (now - this.#since);
    this.#since = now;
    return this.#busyMs;
  }

  begin(at: number, kind: AskKind): void {
    this.busyMs(at);
    this.starts.push({ at, kind });
    this.open++;
    this.mostOpen = Math.max(this.mostOpen, this.open);
  }

  end(at: number): void {
    this.busyMs(at);
    this.open--;
  }

  get totalBytes(): number {
    return this.bytes.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** The most starts in any window of `ms`, half open as a second is. */
  mostStarts(ms: number): number {
    return mostIn(
      this.starts.map(({ at }) => ({ at, amount: 1 })),
      ms,
    );
  }

  mostBytes(ms: number): number {
    return mostIn(this.bytes, ms);
  }
}

function mostIn(events: readonly { at: number; amount: number }[], ms: number): number {
  const sorted = [...events].sort((a, b) => a.at - b.at);
  let [first, sum, most] = [0, 0, 0];
  for (const { at, amount } of sorted) {
    sum += amount;
    for (let old = sorted[first]; old !== undefined && old.at <= at - ms; old = sorted[++first]) sum -= old.amount;
    most = Math.max(most, sum);
  }
  return most;
}

/** A governor with a disk: what is written before an answer leaves survives a restart. */
export class Host {
  disk: string | null = null;
  calls = 0;
  writes = 0;
  /** Added to the wall clock of the governor. */
  skewMs = 0;
  protected readonly clock: Clock;
  protected governor: Governor<(answer: GovernorAnswer | null) => void>;
  #pending = new Set<(answer: GovernorAnswer | null) => void>();
  #timer = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.governor = new Governor(null, this.wall());
  }

  ask(call: GovernorCall, deliver: (answer: GovernorAnswer | null) => void): void {
    this.calls++;
    this.#pending.add(deliver);
    this.governor.take(deliver, structuredClone(call), this.wall());
    this.step();
  }

  restart(): void {
    const record = this.disk === null ? null : (JSON.parse(this.disk) as HostRecord);
    this.governor = new Governor(record, this.wall());
    for (const deliver of this.#pending) deliver(null);
    this.#pending.clear();
  }

  /** The clock is set back between two events. */
  setBack(ms: number): void {
    this.step();
    this.skewMs -= ms;
    this.step();
  }

  protected save(): void {
    this.disk = JSON.stringify(this.governor.record);
    this.writes++;
  }

  protected wall(): number {
    return Math.floor(this.clock.now + this.skewMs);
  }

  step(): void {
    const { answers, againInMs, changed } = this.governor.step(this.wall());
    if (changed) this.save();
    for (const { key, answer } of answers) {
      this.#pending.delete(key);
      key(structuredClone(answer));
    }
    const timer = ++this.#timer;
    if (againInMs !== null) this.clock.in(againInMs, () => timer === this.#timer && this.step());
  }
}

export type Behaviour = {
  readonly rule: Politeness | null;
  /** One way to the governor; uneven by up to `unevenMs` more. */
  readonly tripMs: number;
  readonly unevenMs: number;
  /** Wishes that are open at any time, by kind. */
  readonly demand: { readonly [kind in AskKind]?: number };
  readonly size: (random: Random) => number;
  /** How long a picture takes, by its size. */
  readonly ms: (bytes: number, random: Random) => number;
  readonly waitMs: number;
  /** Readers ask for the next picture when they have the last one: what runs counts as demand. */
  readonly patient?: boolean;
  /** The share of calls that arrive a second time, later. */
  readonly twice?: number;
};

type Running = {
  grant: Grant;
  kind: AskKind;
  started: number;
  size: number;
  received: number[];
  total: number;
  allowed: number | null;
  ends: number;
};

const ORDER: readonly AskKind[] = ["user", "warm", "job"];

export class Isolate {
  alive = true;
  made = 0;
  readonly waits: { kind: AskKind; ms: number }[] = [];
  demand: Behaviour["demand"];
  readonly #name: string;
  readonly #clock: Clock;
  readonly #host: Host;
  readonly #source: Source;
  readonly #does: Behaviour;
  readonly #random: Random;
  readonly #wishes = new Map<string, { kind: AskKind; since: number }>();
  readonly #running = new Map<string, Running>();
  /** Ids of all grants that were heard of. */
  readonly #heard = new Set<string>();
  #releases: Release[] = [];
  #renewals: Renewal[] = [];
  #call = 0;
  #serial = 0;
  #outstanding = 0;
  /** The most urgent kind that the call under way asks for. */
  #asked = ORDER.length;
  /** The last answer left wishes without a grant. */
  #isSaturated = false;
  /** Grants that run or are about to. */
  #started = 0;

  constructor(name: string, clock: Clock, host: Host, source: Source, does: Behaviour, random: Random) {
    this.#name = name;
    this.#clock = clock;
    this.#host = host;
    this.#source = source;
    this.#does = does;
    this.demand = does.demand;
    this.#random = random;
  }

  /** Opens wishes up to the demand and says what is new. */
  pump(): void {
    if (!this.alive) return;
    this.#wish();
    const mustSay = this.#releases.length > 0 || this.#renewals.length > 0;
    // While the host is saturated and an exchange runs, the wishes wait for its release and ride on it. Only a more urgent
    // one has a call of its own.
    const best = Math.min(...[...this.#wishes.values()].map(({ kind }) => ORDER.indexOf(kind)));
    const asks = this.#outstanding > 0 ? best < this.#asked : this.#started === 0 || !this.#isSaturated;
    if (mustSay || (this.#wishes.size > 0 && asks)) this.#send();
  }

  kill(): void {
    this.alive = false;
    for (const _ of this.#running) this.#source.end(this.#clock.now);
    this.#running.clear();
  }

  #wish(): void {
    for (const [kind, count] of Object.entries(this.demand) as [AskKind, number][]) {
      const running = this.#does.patient ? this.#started : 0;
      const open = [...this.#wishes.values()].filter((wish) => wish.kind === kind).length + running;
      for (let i = open; i < count; i++)
        this.#wishes.set(`${this.#name}${++this.#serial}`, { kind, since: this.#clock.now });
    }
  }

  #send(): void {
    const { tripMs, unevenMs, rule, waitMs } = this.#does;
    const clock = this.#clock;
    const sent = clock.now;
    const call: GovernorCall = {
      ...{ isolate: this.#name, call: ++this.#call, region: "enam", rule, tripMs, waitMs },
      wants: [...this.#wishes].map(([ticket, { kind, since }]) => ({ ticket, kind, waitedMs: sent - since })),
      releases: this.#releases,
      renewals: this.#renewals,
    };
    [this.#releases, this.#renewals] = [[], []];
    this.#outstanding++;
    this.#asked = Math.min(...[...this.#wishes.values()].map(({ kind }) => ORDER.indexOf(kind)));
    const trip = () => tripMs + this.#random() * unevenMs;
    if (this.#random() < (this.#does.twice ?? 0)) {
      this.#outstanding++;
      clock.in(trip() + this.#random() * 500, () =>
        this.#host.ask(call, (answer) => clock.in(trip(), () => this.alive && this.#hear(call, answer, sent))),
      );
    }
    clock.in(trip(), () =>
      this.#host.ask(call, (answer) => clock.in(trip(), () => this.alive && this.#hear(call, answer, sent))),
    );
  }

  #hear(call: GovernorCall, answer: GovernorAnswer | null, sent: number): void {
    this.#outstanding--;
    if (answer === null) {
      // The governor was restarted: everything is said again.
      this.#releases.push(...call.releases);
      this.#clock.in(20, () => this.pump());
      return;
    }
    if (call.wants.length > 0) this.#isSaturated = answer.refusals.length > 0;
    for (const grant of answer.grants) this.#begin(grant, call, answer, sent);
    for (const { id, leaseMs, bytes } of answer.renewed) {
      const running = this.#running.get(id);
      if (running === undefined) continue;
      running.allowed = bytes;
      running.ends = this.#clock.now + leaseMs;
    }
    this.pump();
  }

  #begin(grant: Grant, call: GovernorCall, { heldMs }: GovernorAnswer, sent: number): void {
    if (this.#heard.has(grant.id)) return;
    this.#heard.add(grant.id);
    const wish = this.#wishes.get(grant.ticket);
    if (wish === undefined) {
      this.#releases.push({ id: grant.id, answer: { kind: "unused" }, received: [] });
      return;
    }
    this.#wishes.delete(grant.ticket);
    this.waits.push({ kind: wish.kind, ms: this.#clock.now - wish.since });
    const ends = this.#clock.now + grant.leaseMs;
    this.#started++;
    // The event loop is late now and then.
    this.#clock.in(grant.startInMs + this.#random() ** 4 * 50, () => {
      if (!this.alive) return;
      const late = this.#clock.now - sent - heldMs - 2 * call.tripMs - grant.startInMs;
      if (late > grant.startWithinMs) {
        this.#started--;
        this.#wishes.set(grant.ticket, wish);
        this.#releases.push({ id: grant.id, answer: { kind: "unused" }, received: [] });
        this.pump();
        return;
      }
      this.#run(grant, wish.kind, ends);
    });
  }

  #run(grant: Grant, kind: AskKind, ends: number): void {
    const { size, ms } = this.#does;
    const clock = this.#clock;
    const bytes = Math.round(size(this.#random));
    const answer = this.#source.answer(clock.now);
    const whole = answer.kind === "ok" ? bytes : 0;
    const running: Running = {
      ...{ grant, kind, size: whole, received: [], total: 0 },
      started: clock.now,
      allowed: grant.bytes,
      ends,
    };
    this.#running.set(grant.id, running);
    this.#source.begin(clock.now, kind);
    const took = Math.max(1, ms(whole, this.#random));
    let renewedAt = clock.now;
    const tick = () => {
      if (!this.alive) return;
      const age = clock.now - running.started;
      const due = Math.floor(whole * Math.min(1, age / took));
      const come = Math.max(0, Math.min(due, running.allowed ?? due) - running.total);
      if (come > 0) {
        running.total += come;
        const step = Math.max(0, Math.ceil(age / PROFILE_MS) - 1);
        while (running.received.length <= step) running.received.push(0);
        running.received[step] = (running.received[step] ?? 0) + come;
        this.#source.bytes.push({ at: clock.now, amount: come });
      }
      if (age >= took && running.total >= whole) return this.#finish(running, answer);
      if (clock.now >= running.ends) return this.#finish(running, { kind: "failed" });
      const short = running.allowed !== null && whole > running.allowed;
      if (clock.now - renewedAt >= (short ? 200 : 1_000) || (short && renewedAt === running.started)) {
        renewedAt = clock.now + 0.001;
        this.#renewals.push({ id: grant.id, received: [...running.received], bytes: whole });
        this.pump();
      }
      clock.in(Math.min(20, Math.max(1, took - age)), tick);
    };
    clock.in(Math.min(20, took), tick);
  }

  #finish({ grant, received, total }: Running, answer: SeenAnswer): void {
    this.#running.delete(grant.id);
    this.#started--;
    this.#source.end(this.#clock.now);
    if (answer.kind === "ok") this.made += total > 0 ? 1 : 0;
    this.#releases.push({ id: grant.id, answer, received });
    this.pump();
  }
}

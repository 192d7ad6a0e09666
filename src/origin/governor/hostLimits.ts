/**
 * The limits of one host: who may start now. A state machine over a HostRecord without clock or I/O. The Durable Object
 * keeps the record on disk before it answers, so that a restart forgets no slot, start or byte.
 */
import type { Politeness } from "../../config/politeness.ts";
import { BYTE_WINDOW, DAY_WINDOW, freedAt, inWindow, sumOf, withAmount } from "./bucketWindow.ts";
import { allowance, evenAfter, extended, reservation, withEnd, withReceived } from "./byteBudget.ts";
import { limitsInForce } from "./limitsInForce.ts";
import type { AskKind, GovernorAnswer, Grant, Release, Renewal } from "./port.ts";
import { type Blocked, type HostRecord, heardRule, LEASES, type Lease, ruleOf } from "./record.ts";
import { afterAnswer, afterRefusal, governedFor } from "./refusals.ts";
import { withoutOne } from "./shares.ts";
import { earliestStart, latenessFor, paceWindow, pruned, QUIET_LOG_MS, withoutPlaces, withPlaces } from "./startLog.ts";

/** A start is granted so long before its time: an answer and a timer take a moment. */
export const AHEAD_MS = 25;
/** A job's start, so long where nobody else waits: one call then brings several. A reader that comes finds them taken. */
export const JOB_AHEAD_MS = 100;
/** A host with one slot gives it to a push or a job when no reader has asked for so long. */
export const QUIET_MS = 5_000;
/** Pushes and jobs leave this part of the daily budget to readers. */
const DAY_FOR_READERS = 0.05;
/** A lease shorter than this is of no use. */
const LEAST_LEASE_MS = 500;
/** A refusal of an exchange that had no grant: it started at the latest so long ago. */
const UNGRANTED_MS = 3_000;
/** Weight of the newest time in the moving average of how long a slot is held. */
const NEWEST = 1 / 8;

/** Who asks for one start. */
export type Asker = {
  readonly isolate: string;
  readonly ticket: string;
  readonly kind: AskKind;
  readonly tripMs: number;
  readonly bytes?: number;
  /** Nobody else waits. */
  readonly alone?: boolean;
  /** As in `Wish`. */
  readonly ahead?: boolean;
};

export class HostLimits {
  /** Set from outside only by what lends and holds shares. */
  record: HostRecord;

  /** `record` from the disk, or a new one. Nobody knows how old it is, so a share in it has ended. */
  constructor(record: HostRecord) {
    this.record = { ...record, share: ended(record.share) };
  }

  /**
   * The time here, for a time of the wall clock. It never goes back, and goes on when the clock was set back. Nobody knows
   * how much time has passed meanwhile, so leases and windows last a little longer. A share must not: it ends at once.
   */
  tick(wall: number): number {
    const { record } = this;
    const back = Math.max(0, record.wall - wall);
    const share = back > 0 ? ended(record.share) : record.share;
    this.record = { ...record, wall, ahead: record.ahead + back, share };
    return wall + record.ahead + back;
  }

  /** Ends leases and counts whose time is over. To be called first at each `now`. */
  sweep(now: number): void {
    const ended = this.record.leases.filter(({ until }) => until <= now);
    for (const lease of ended) this.#end(lease, null, lease.until);
    const { starts, bytes, day } = this.record;
    const { windowMs } = paceWindow(this.limits(now).perSecond ?? 1);
    this.record = {
      ...this.record,
      starts: pruned(starts, now, Math.max(windowMs, QUIET_LOG_MS)),
      bytes: inWindow(bytes, now, BYTE_WINDOW),
      day: inWindow(day, now, DAY_WINDOW),
    };
  }

  hear(rule: Politeness | null, now: number): void {
    if (rule === null) return;
    this.record = { ...this.record, ruledAt: now, heard: heardRule(this.record.heard, rule, now) };
  }

  /** What holds here: the share, or the rule without what is lent, or what was learnt. */
  limits(now: number): Politeness {
    return limitsInForce(this.record, now);
  }

  /** How long an isolate goes on asking for the host. */
  governedMs(now: number): number {
    const { share, refusals } = this.record;
    return share !== null || ruleOf(this.record, now) !== null ? LEASES.leaseMs * 20 : governedFor(refusals, now);
  }

  /** The grant that the asker has already; null = none. */
  known({ isolate, ticket }: Pick<Asker, "isolate" | "ticket">, tripMs: number, now: number): Grant | null {
    const lease = this.record.leases.find((one) => one.isolate === isolate && one.ticket === ticket);
    return lease === undefined ? null : this.#grant(lease, tripMs, now);
  }

  /** Grants one start, or says what is in the way. */
  grant(asker: Asker, now: number): Grant | Blocked {
    const { record } = this;
    if (asker.kind === "user") this.record = { ...record, readerAt: now };
    const limits = this.limits(now);
    const from = now + asker.tripMs;
    const { closedUntil } = record.refusals;
    if (closedUntil > from + AHEAD_MS) return { binding: "closed", retryAt: closedUntil - asker.tripMs - AHEAD_MS };
    const dayAt = this.#dayAt(asker.kind, limits.perDay, now);
    if (dayAt > now) return { binding: "day", retryAt: dayAt };
    const slotAt = this.#slotAt(asker.kind, limits.concurrency, now);
    if (slotAt > now) return { binding: "slots", retryAt: slotAt };
    const start = this.#startAt(asker.kind, limits.perSecond, Math.max(from, closedUntil));
    const aheadMs = asker.kind === "job" && asker.alone === true ? JOB_AHEAD_MS : AHEAD_MS;
    if (start > from + aheadMs) return { binding: "pace", retryAt: start - asker.tripMs - aheadMs };
    const { bytesPerSecond } = limits;
    const room = bytesPerSecond === null ? null : reservation(this.record, asker, bytesPerSecond, now);
    if (room !== null && room.startAt > now) {
      this.record = { ...this.record, bytesShortAt: room.bytesShortAt };
      return { binding: "bytes", retryAt: room.startAt };
    }
    return this.#take(asker, start, room?.bytes ?? 0, now);
  }

  /** Extends a grant; null when it is over. */
  renew(isolate: string, { id, received, bytes }: Renewal, now: number): GovernorAnswer["renewed"][number] | null {
    const before = this.record.leases.find((one) => one.id === id && one.isolate === isolate);
    if (before === undefined) return null;
    const counted = withReceived(this.record, before, received, now);
    this.record = counted.record;
    const { bytesPerSecond } = this.limits(now);
    const lease = { ...counted.lease, until: Math.max(before.until, this.#leaseEnd(now)) };
    const longer = bytesPerSecond === null ? lease : extended(this.#with(lease), lease, bytes, bytesPerSecond);
    const more = longer.reserved - lease.reserved;
    this.record = { ...this.#with(longer), evenAt: evenAfter(this.record, more, bytesPerSecond, now) };
    return { id, leaseMs: leaseMsOf(longer, now), bytes: this.#allowance(longer, now) };
  }

  /** Takes a grant back and counts what came of it. One that is not known (any more) only tells of a refusal. */
  release(isolate: string, { id, answer, received }: Release, now: number): void {
    const lease = this.record.leases.find((one) => one.id === id && one.isolate === isolate);
    if (lease !== undefined) {
      const counted = withReceived(this.record, lease, received, now);
      this.record = counted.record;
      this.#end(counted.lease, answer.kind, now);
    }
    const started = lease?.start ?? (id === null ? now - UNGRANTED_MS : 0);
    const { refusals } = this.record;
    if (answer.kind === "refused") {
      this.record = { ...this.record, refusals: afterRefusal(refusals, answer.retryAfter, started, now) };
    } else if (answer.kind === "ok" && lease !== undefined) {
      this.record = { ...this.record, refusals: afterAnswer(refusals, started, now) };
    }
  }

  #dayAt(kind: AskKind, perDay: number | null, now: number): number {
    if (perDay === null) return now;
    if (this.record.share !== null) return perDay >= 1 ? now : Number.POSITIVE_INFINITY;
    const kept = kind === "user" ? 0 : Math.floor(perDay * DAY_FOR_READERS);
    const over = sumOf(this.record.day) + 1 - (perDay - kept);
    return over <= 0 ? now : freedAt(this.record.day, over, DAY_WINDOW);
  }

  #slotAt(kind: AskKind, concurrency: number | null, now: number): number {
    const { leases, readerAt, share } = this.record;
    if (share !== null && this.#leaseEnd(now) - now - LEASES.graceMs < LEAST_LEASE_MS) return Number.POSITIVE_INFINITY;
    if (concurrency === null) return now;
    const nextEnd = Math.min(...leases.map(({ until }) => until));
    if (leases.length >= concurrency) return nextEnd;
    if (kind === "user") return now;
    if (concurrency === 1) return readerAt === 0 ? now : Math.max(now, readerAt + QUIET_MS);
    const quiet = leases.filter((lease) => lease.kind !== "user").length;
    return quiet < concurrency - 1 ? now : nextEnd;
  }

  /** Readers may start together; pushes and jobs start one by one, so that a reader between them need not wait long. */
  #startAt(kind: AskKind, perSecond: number | null, from: number): number {
    if (perSecond === null) return from;
    const window = paceWindow(perSecond);
    const next = kind === "user" ? from : Math.max(from, this.record.quietStart + window.windowMs / window.starts);
    return earliestStart(this.record.starts, next, window);
  }

  #take(asker: Asker, start: number, reserved: number, now: number): Grant {
    const { record } = this;
    const { isolate, ticket, kind } = asker;
    const id = `${ticket}#${record.serial}`;
    const until = this.#leaseEnd(now);
    const { perSecond, bytesPerSecond } = this.limits(now);
    const within = latenessFor(record.starts, start, perSecond, asker.alone === true || asker.ahead === true);
    const lease: Lease = { ...{ id, isolate, ticket, kind, start, within, until, reserved }, seen: 0 };
    this.record = {
      ...record,
      serial: record.serial + 1,
      leases: [...record.leases, lease],
      starts: perSecond === null ? record.starts : withPlaces(record.starts, lease),
      quietStart: kind === "user" ? record.quietStart : start,
      evenAt: evenAfter(record, reserved, bytesPerSecond, now),
      day: withAmount(record.day, start, 1, DAY_WINDOW),
      share: record.share && { ...record.share, day: record.share.day && withoutOne(record.share.day, now) },
    };
    return this.#grant(lease, asker.tripMs, now);
  }

  /** No lease outlives the share under which it was given. */
  #leaseEnd(now: number): number {
    const { share } = this.record;
    return Math.min(now + LEASES.leaseMs + LEASES.graceMs, share?.until ?? Number.POSITIVE_INFINITY);
  }

  #grant(lease: Lease, tripMs: number, now: number): Grant {
    return {
      ticket: lease.ticket,
      id: lease.id,
      startInMs: Math.max(0, lease.start - now - tripMs),
      startWithinMs: lease.within,
      leaseMs: leaseMsOf(lease, now),
      bytes: this.#allowance(lease, now),
    };
  }

  #allowance(lease: Lease, now: number): number | null {
    return this.limits(now).bytesPerSecond === null ? null : allowance(lease);
  }

  #with(lease: Lease): HostRecord {
    return { ...this.record, leases: this.record.leases.map((one) => (one.id === lease.id ? lease : one)) };
  }

  #end(lease: Lease, outcome: Release["answer"]["kind"] | null, at: number): void {
    const { record } = this;
    const leases = record.leases.filter(({ id }) => id !== lease.id);
    const { bytesPerSecond } = this.limits(at);
    this.record = { ...record, leases, ...withEnd(record, lease, outcome, bytesPerSecond, at) };
    if (outcome === "unused") {
      const starts = withoutPlaces(record.starts, lease);
      this.record = { ...this.record, starts, day: withAmount(record.day, lease.start, -1, DAY_WINDOW) };
    } else if (outcome !== null) {
      const heldMs = record.heldMs + (at - lease.start - record.heldMs) * NEWEST;
      this.record = { ...this.record, heldMs: Math.max(1, heldMs) };
    }
  }
}

function ended(share: HostRecord["share"]): HostRecord["share"] {
  return share === null ? null : { ...share, until: 0, day: share.day === null ? null : [] };
}

function leaseMsOf({ until }: Lease, now: number): number {
  return Math.max(0, until - now - LEASES.graceMs);
}

/** What the governor of a host keeps on disk: one small JSON object. Times are those of the object's own clock. */
import type { Politeness } from "../../config/politeness.ts";
import type { Buckets } from "./bucketWindow.ts";
import type { AskKind, Binding } from "./port.ts";
import { NO_REFUSALS, type RefusalRecord } from "./refusals.ts";
import type { LentShares, ShareRecord } from "./shares.ts";

export const LEASES = {
  /** How long an isolate has for an exchange before it renews the grant. */
  leaseMs: 2_500,
  /** The governor keeps the slot so much longer: the answer travels, and a busy isolate ends its exchange late. */
  graceMs: 1_000,
} as const;

/** A grant that was given and not released. */
export type Lease = {
  readonly id: string;
  readonly isolate: string;
  readonly ticket: string;
  readonly kind: AskKind;
  readonly start: number;
  /** How late it may start, in milliseconds. */
  readonly within: number;
  /** The slot is free from then on. */
  readonly until: number;
  /** Bytes that are reserved for it, and how many of them have come and are counted. */
  readonly reserved: number;
  readonly seen: number;
};

/** A limit as isolates name it. A stricter one counts at once; a laxer one when nobody has named the other for a while. */
export type Heard = { readonly [limit in keyof Politeness]: { readonly value: number | null; readonly at: number } };

export type HostRecord = {
  /** The last time of the wall clock, and how much later it is here: the clock may be set back. */
  readonly wall: number;
  readonly ahead: number;
  readonly serial: number;
  /** When an isolate last named a rule of the host (0 = never), and which. */
  readonly ruledAt: number;
  readonly heard: Heard;
  readonly leases: readonly Lease[];
  readonly starts: readonly number[];
  /** The last start of a push or a job. */
  readonly quietStart: number;
  /** When a reader last asked. */
  readonly readerAt: number;
  readonly bytes: Buckets;
  /** When all bytes that were granted would have come, at an even `bytesPerSecond`. In GCRA: theoretical arrival time. */
  readonly evenAt: number;
  /** When a wish last had to wait for bytes; 0 = never. */
  readonly bytesShortAt: number;
  readonly day: Buckets;
  /** Moving averages: bytes of an exchange, their mean deviation, and how long a slot is held. */
  readonly size: { readonly mean: number; readonly deviation: number } | null;
  readonly heldMs: number;
  readonly refusals: RefusalRecord;
  /** The share that this object holds; null: it is the one object, or the one that lends. */
  readonly share: ShareRecord | null;
  /** What it has lent to the objects of regions. */
  readonly lent: LentShares;
};

export function newRecord(now: number): HostRecord {
  const none = { value: null, at: 0 };
  return {
    ...{ wall: now, ahead: 0, serial: 0, ruledAt: 0, leases: [], starts: [], quietStart: 0, readerAt: 0 },
    heard: { concurrency: none, perSecond: none, bytesPerSecond: none, perDay: none },
    ...{
      bytes: [],
      evenAt: 0,
      bytesShortAt: 0,
      day: [],
      size: null,
      heldMs: 500,
      refusals: NO_REFUSALS,
      share: null,
      lent: {},
    },
  };
}

/** A stricter limit is named by an isolate whose settings are newer or older: it holds until nobody names it any more. */
const LAXER_AFTER_MS = 120_000;

/** After an isolate has named `rule`. */
export function heardRule(heard: Heard, rule: Politeness, now: number): Heard {
  const after = (limit: keyof Politeness) => {
    const { value, at } = heard[limit];
    const said = rule[limit];
    const isAsStrict = (said ?? Number.POSITIVE_INFINITY) <= (value ?? Number.POSITIVE_INFINITY);
    return isAsStrict || now - at >= LAXER_AFTER_MS ? { value: said, at: now } : heard[limit];
  };
  return {
    concurrency: after("concurrency"),
    perSecond: after("perSecond"),
    bytesPerSecond: after("bytesPerSecond"),
    perDay: after("perDay"),
  };
}

/** The rule that isolates have named lately; null = the host has none. */
export function ruleOf({ ruledAt, heard }: Pick<HostRecord, "ruledAt" | "heard">, now: number): Politeness | null {
  if (ruledAt === 0 || now - ruledAt >= LAXER_AFTER_MS) return null;
  const { concurrency, perSecond, bytesPerSecond, perDay } = heard;
  return {
    concurrency: concurrency.value,
    perSecond: perSecond.value,
    bytesPerSecond: bytesPerSecond.value,
    perDay: perDay.value,
  };
}

/** Which limit keeps a wish waiting, and when it may be tried again. */
export type Blocked = { readonly binding: Binding; readonly retryAt: number };

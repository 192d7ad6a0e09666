/** What can happen to the leases of a host. Pure; `now` is unix milliseconds. */
import type { JobPace } from "../jobPace.ts";
import { PART } from "../part.ts";
import { addTally, DAMAGED, type HostRecord, hasRowsLeft, type Lease } from "./hostRecord.ts";
import type { Report, Trouble } from "./port.ts";
import { AGAIN_MS, AHEAD_MS, BACKOFF, backoffMs, CRASHES, DAMAGED_TRIES, SLOWER, type Timing } from "./timing.ts";

/** Rows of the chunk that is cut next: what the host gives in `chunkMs`, a whole number of steps of the part. */
export function chunkRows(
  record: Pick<HostRecord, "rate" | "troubledSince">,
  { chunkMs }: Timing,
  now: number,
): number {
  // A host that was not well is tried with little, until it is given up.
  const { rate, troubledSince } = record;
  if (isLastTry(record, now)) return PART.chunkRows;
  const wanted = troubledSince === null ? Math.ceil((rate * chunkMs) / 1000) : PART.stepRows;
  return Math.min(PART.chunkRows, Math.max(1, Math.ceil(wanted / PART.stepRows)) * PART.stepRows);
}

/**
 * When the next chunk may be cut; Infinity = not before something else happens. Each worker has one, and one more is sent
 * shortly before the first of them is likely to end, so that no worker waits and the queue holds little.
 */
export function cutAt(record: HostRecord, { workers }: JobPace): number {
  const { leases, notBefore, rate, troubledSince } = record;
  if (!hasRowsLeft(record)) return Number.POSITIVE_INFINITY;
  if (leases.length < (troubledSince === null ? workers : 1)) return notBefore;
  if (troubledSince !== null || leases.length > workers || leases.some(({ state }) => state !== "begun")) {
    return Number.POSITIVE_INFINITY;
  }
  const ends = leases.map(({ begunAt, from, to }) => begunAt + ((to - from) * 1000) / rate);
  return Math.max(notBefore, Math.min(...ends) - AHEAD_MS);
}

/** When something has to be done for the host without anybody's saying. `waits`: it waits until it may send. */
export function dueAt(record: HostRecord, pace: JobPace, waits = false): number {
  const times = record.leases.map(({ state, until }) =>
    state !== "unsent" ? until : waits ? Number.POSITIVE_INFINITY : Math.max(until, record.notBefore),
  );
  return Math.min(cutAt(record, pace), ...times);
}

/** When the first of the leases ends that are in the queue or worked on; Infinity = there is none. */
export function expiresAt({ leases }: HostRecord): number {
  const times = leases.flatMap(({ state, until }) => (state === "unsent" ? [] : [until]));
  return Math.min(...times, Number.POSITIVE_INFINITY);
}

/** Cuts the next chunk off the part that the cursor is in, whose rows are known. */
export function withChunk(record: HostRecord, timing: Timing, now: number): HostRecord {
  const { part, row, partRows, leases } = record;
  if (partRows === null) return record;
  const to = Math.min(partRows, row + chunkRows(record, timing, now));
  const lease: Lease = {
    ...{ part, from: row, to, cutFrom: [], attempt: 0, state: "unsent", until: now },
    ...{ begunAt: 0, delivery: 0, crashes: 0 },
  };
  const cursor = to < partRows ? { row: to } : { part: part + 1, row: 0, partRows: null };
  return { ...record, ...cursor, leases: [...leases, lease] };
}

/** Takes back the leases whose time is over. */
export function withExpired(record: HostRecord, now: number): HostRecord {
  if (!record.leases.some(({ state, until }) => state !== "unsent" && until <= now)) return record;
  // Whoever began it may only be slow. That a worker has crashed is said by the queue, which delivers its message again.
  const back = { state: "unsent", until: now, begunAt: 0, delivery: 0 } as const;
  const leases = record.leases.map((lease) =>
    lease.state === "unsent" || lease.until > now ? lease : { ...lease, ...back },
  );
  return { ...record, leases };
}

/** Sends what is due, `most` leases at most: they become `sent`. `waits`: more is due. */
export function withSent(
  record: HostRecord,
  { sentMs }: Timing,
  now: number,
  most = Number.POSITIVE_INFINITY,
): { readonly record: HostRecord; readonly sent: readonly Lease[]; readonly waits: boolean } {
  const isDue = ({ state, until }: Lease) => state === "unsent" && Math.max(until, record.notBefore) <= now;
  const sent: Lease[] = [];
  let waits = false;
  const leases = record.leases.map((lease) => {
    if (!isDue(lease)) return lease;
    if (sent.length >= most) {
      waits = true;
      return lease;
    }
    const out: Lease = { ...lease, state: "sent", attempt: lease.attempt + 1, until: now + sentMs };
    sent.push(out);
    return out;
  });
  return { record: sent.length === 0 ? record : { ...record, leases }, sent, waits };
}

/** A lease is begun by the `delivery`th delivery of its message. `again`: an earlier delivery had begun it, and is gone. */
export function withBegun(
  record: HostRecord,
  lease: Lease,
  delivery: number,
  { workMs }: Timing,
  now: number,
): { readonly record: HostRecord; readonly lease: Lease } {
  const [first, ...rest] = lease.state === "begun" ? crashed(lease) : [lease];
  const begun: Lease = { ...(first ?? lease), state: "begun", begunAt: now, delivery, until: now + workMs };
  const later = rest.map((one): Lease => ({ ...one, state: "unsent", until: now, begunAt: 0, delivery: 0 }));
  const leases = record.leases.flatMap((one) => (one === lease ? [begun, ...later] : [one]));
  return { record: { ...record, leases }, lease: begun };
}

/** Its worker is gone. Rows that crash every worker are found by halves. */
function crashed(lease: Lease): Lease[] {
  const crashes = lease.crashes + 1;
  const { from, to, cutFrom } = lease;
  if (crashes < CRASHES.split || to - from === 1) return [{ ...lease, crashes }];
  const middle = from + Math.floor((to - from) / 2);
  return [
    { ...lease, to: middle, crashes: CRASHES.split - 1 },
    { ...lease, from: middle, cutFrom: [...cutFrom, from], crashes: CRASHES.split - 1 },
  ];
}

export function isPoison({ from, to, crashes }: Lease): boolean {
  return to - from === 1 && crashes >= CRASHES.poison;
}

export function isLastTry({ troubledSince }: Pick<HostRecord, "troubledSince">, now: number): boolean {
  return troubledSince !== null && now - troubledSince >= BACKOFF.giveUpMs;
}

/** The lease is not worked on now, and comes again at `at`. */
export function withPostponed(record: HostRecord, lease: Lease, at: number): HostRecord {
  const later: Lease = { ...lease, state: "unsent", until: at, begunAt: 0, delivery: 0 };
  return { ...record, leases: record.leases.map((one) => (one === lease ? later : one)) };
}

/** The host's part, its rows or its log could not be read. The host is left alone for a while, and given up in the end. */
export function withDamage(
  record: HostRecord,
  now: number,
): { readonly record: HostRecord; readonly isGivenUp: boolean } {
  const unreadable = (record.unreadable ?? 0) + 1;
  const notBefore = now + AGAIN_MS * 2 ** (unreadable - 1);
  return { record: { ...record, unreadable, notBefore, trouble: DAMAGED }, isGivenUp: unreadable >= DAMAGED_TRIES };
}

/** The lease as it was before it was divided, up to row `to`, where all of its pieces are still leased; else as it is. */
export function withJoined(
  record: HostRecord,
  lease: Lease,
  to: number,
): { readonly record: HostRecord; readonly lease: Lease } {
  const pieces = record.leases.filter(
    ({ part, from, to: end }) => part === lease.part && from >= lease.from && end <= to,
  );
  const rows = pieces.reduce((sum, { from, to: end }) => sum + end - from, 0);
  if (pieces.length < 2 || rows !== to - lease.from) return { record, lease };
  const joined = { ...lease, to };
  const leases = record.leases.flatMap((one) => (one === lease ? [joined] : pieces.includes(one) ? [] : [one]));
  return { record: { ...record, leases }, lease: joined };
}

/** Weight of the newest chunk in the rate. */
const NEWEST = 0.5;
/** A chunk of less says little about the rate. */
const LEAST_ROWS = 3;

/** A worker's report on `lease`. What it has not done stays leased. */
export function withReport(record: HostRecord, lease: Lease, report: Report, pace: JobPace, now: number): HostRecord {
  const { upTo, trouble, elapsedMs, lastStartMs } = report;
  const rows = upTo - lease.from;
  const rest: Lease = { ...lease, from: upTo, state: "unsent", until: now, begunAt: 0, delivery: 0, crashes: 0 };
  const leases = record.leases.flatMap((one) => (one !== lease ? [one] : upTo < lease.to ? [rest] : []));
  const { counts, reasons, bytesIn, bytesStored, operations } = report;
  const tally = addTally(record.tally, { ...{ done: rows, counts, reasons, bytesIn, bytesStored, operations } });
  const measured = rows >= LEAST_ROWS && trouble === null ? (rows * 1000) / Math.max(1, elapsedMs) : record.rate;
  const rate = Math.min(pace.expected, record.rate + (measured - record.rate) * NEWEST);
  const lastStart = lastStartMs === null ? record.lastStart : Math.max(record.lastStart, now - lastStartMs);
  return { ...record, leases, tally, rate, lastStart, ...afterTrouble(record, trouble, rows > 0, now) };
}

type Wellness = Pick<HostRecord, "slow" | "notBefore" | "setbacks" | "troubledSince" | "trouble">;

function afterTrouble(record: HostRecord, trouble: Trouble | null, hasProgress: boolean, now: number): Wellness {
  const { slow, notBefore, setbacks, troubledSince } = record;
  if (trouble === null) {
    return { slow: Math.max(1, slow / SLOWER.recovers), notBefore, setbacks: 0, troubledSince: null, trouble: null };
  }
  const { kind, waitMs } = trouble;
  const text = trouble.reason ?? kind;
  // Its pictures are being given up, chunk by chunk, until one of them comes.
  if (kind === "dead") return { slow, notBefore, setbacks, troubledSince, trouble: text };
  // The host's governor, or our own stores: that says nothing of the host.
  if (kind === "saturated" || kind === "stores" || kind === "damaged") {
    return { slow, notBefore: now + Math.max(AGAIN_MS, waitMs ?? 0), setbacks, troubledSince, trouble: text };
  }
  const count = hasProgress ? 1 : setbacks + 1;
  return {
    slow: kind === "refused" ? Math.min(SLOWER.most, slow * SLOWER.factor) : slow,
    notBefore: Math.max(notBefore, now + Math.max(backoffMs(count), waitMs ?? 0)),
    setbacks: count,
    troubledSince: hasProgress ? now : (troubledSince ?? now),
    trouble: text,
  };
}

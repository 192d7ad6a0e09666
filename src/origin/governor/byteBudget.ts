/**
 * The bytes of a host. An exchange reserves bytes before it starts; what has come counts from the time at which it had
 * come at the latest, and the rest of the reservation counts until the exchange is over. So at the start of any exchange
 * everything that may fall into one window with it is counted already. Pure.
 */
import { BYTE_WINDOW, freedAt, sumOf, withAmount } from "./bucketWindow.ts";
import { type AskKind, PROFILE_MS, type Release } from "./port.ts";
import type { HostRecord, Lease } from "./record.ts";
import { START_WITHIN_MS } from "./startLog.ts";

const WINDOW_SECONDS = BYTE_WINDOW.windowMs / 1000;
/** For the head of an answer, which isolates do not count. */
const HEADER_BYTES = 1_024;
/** The size of a picture before any was seen. */
const FIRST_BYTES = 262_144;
/**
 * New exchanges fill this part of the window. The rest is for those that turn out to be larger than their reservation: the
 * source has filled the buffers on the way before it notices that we do not read on.
 */
const NEW_SHARE = 0.98;
/** One reservation takes this part of the window at most. A larger picture comes in pieces. */
const MOST_OF_WINDOW = 0.5;
/** What is counted at least for an exchange that was given up, since it was on its way. */
const GIVEN_UP_BYTES = 65_536;
/** Weight of the newest size in the moving averages (RFC 6298: 1/8 and 1/4). */
const NEWEST = { mean: 1 / 8, deviation: 1 / 4 } as const;

/**
 * While wishes wait for bytes, and so long after that, starts are spread evenly. Without this, the window is full after a
 * fifth of its time, everybody waits for the rest, and all of it opens at once.
 */
const SPREAD_MS = 2 * BYTE_WINDOW.windowMs;
/** How far ahead of an even flow pushes and jobs may be at other times. A reader then finds room in the window. */
const QUIET_AHEAD_MS = BYTE_WINDOW.windowMs / 4;
/** How far behind an even flow starts may have fallen and still catch up. */
const CATCH_UP_MS = 1_000;

type Window = Pick<HostRecord, "bytes" | "leases" | "size">;
type Pace = Pick<HostRecord, "evenAt" | "bytesShortAt">;

/** What one more exchange reserves, and when it may start: now or earlier means at once. `bytes`: its size, if it is known. */
export function reservation(
  record: Window & Pace,
  { kind, bytes: known }: { readonly kind: AskKind; readonly bytes?: number },
  bytesPerSecond: number,
  now: number,
): { readonly bytes: number; readonly startAt: number; readonly bytesShortAt: number } {
  const capacity = bytesPerSecond * WINDOW_SECONDS;
  const { size } = record;
  const expected = known ?? (size === null ? FIRST_BYTES : size.mean + 2 * size.deviation);
  const bytes = Math.min(Math.ceil(expected) + HEADER_BYTES, Math.floor(capacity * MOST_OF_WINDOW));
  const roomAt = bytes <= HEADER_BYTES ? Number.POSITIVE_INFINITY : roomFor(record, bytes, capacity, now);
  const startAt = Math.max(roomAt, evenStart(record, kind, now));
  // Pushes and jobs that only keep to an even flow do not slow readers down.
  const isShort = roomAt > now || (kind === "user" && startAt > now);
  return { bytes, startAt, bytesShortAt: isShort ? now : record.bytesShortAt };
}

function roomFor(record: Window, bytes: number, capacity: number, now: number): number {
  const over = usedBytes(record) + bytes - capacity * NEW_SHARE;
  if (over <= 0) return now;
  // When the reservations alone fill the window, the first that ends makes room.
  const nextEnd = Math.min(...record.leases.map(({ until }) => until));
  return Math.min(freedAt(record.bytes, over, BYTE_WINDOW), nextEnd);
}

/**
 * When a start of this kind comes in an even flow: the generic cell rate algorithm (ITU-T I.371) over bytes. Now or earlier
 * means at once.
 */
function evenStart({ evenAt, bytesShortAt }: Pace, kind: AskKind, now: number): number {
  if (bytesShortAt > 0 && now - bytesShortAt < SPREAD_MS) return evenAt;
  return kind === "user" ? now : evenAt - QUIET_AHEAD_MS;
}

/** The time of an even flow after `bytes` more; a negative number takes back what did not come. */
export function evenAfter({ evenAt }: Pick<Pace, "evenAt">, bytes: number, bytesPerSecond: number | null, now: number) {
  if (bytesPerSecond === null || bytesPerSecond <= 0) return evenAt;
  const after = Math.max(evenAt, now - CATCH_UP_MS) + (bytes * 1000) / bytesPerSecond;
  // A limit that has become much smaller must not close the host for longer than a window.
  return Math.min(after, now + BYTE_WINDOW.windowMs);
}

/** The lease with room for `wanted` body bytes, as far as there is room. */
export function extended(record: Window, lease: Lease, wanted: number, bytesPerSecond: number): Lease {
  const more = Math.ceil(wanted) + HEADER_BYTES - lease.reserved;
  if (more <= 0) return lease;
  const room = Math.max(0, Math.floor(bytesPerSecond * WINDOW_SECONDS - usedBytes(record)));
  return { ...lease, reserved: lease.reserved + Math.min(more, room) };
}

/** How many body bytes may come under the lease. */
export function allowance({ reserved }: Lease): number {
  return Math.max(0, reserved - HEADER_BYTES);
}

/** Counts what has come. `received` are all bytes of the exchange until now, in steps of PROFILE_MS from its start. */
export function withReceived<Record extends Window>(
  record: Record,
  lease: Lease,
  received: readonly number[],
  now: number,
): { readonly record: Record; readonly lease: Lease } {
  let { bytes } = record;
  let total = 0;
  for (const [step, amount] of received.entries()) {
    const before = Math.max(total, lease.seen);
    total += amount;
    const latest = Math.min(now, lease.start + START_WITHIN_MS + (step + 1) * PROFILE_MS);
    bytes = withAmount(bytes, latest, Math.max(0, total - before), BYTE_WINDOW);
  }
  return { record: { ...record, bytes }, lease: { ...lease, seen: Math.max(lease.seen, total) } };
}

type Outcome = Release["answer"]["kind"] | null;

/** What may have come of an exchange that has ended, and is not counted yet. */
function lateBytes({ reserved, seen }: Lease, outcome: Outcome): number {
  const rest = Math.max(0, reserved - seen);
  if (outcome === null) return rest;
  if (outcome === "failed") return Math.min(rest, GIVEN_UP_BYTES);
  return outcome === "unused" ? 0 : HEADER_BYTES;
}

/** Counts the end of an exchange. `outcome` null: it was never released, so everything that was reserved may have come. */
export function withEnd(
  record: Pick<HostRecord, "bytes" | "size" | "evenAt">,
  lease: Lease,
  outcome: Outcome,
  bytesPerSecond: number | null,
  at: number,
): Pick<HostRecord, "bytes" | "size" | "evenAt"> {
  const late = lateBytes(lease, outcome);
  return {
    bytes: withAmount(record.bytes, at, late, BYTE_WINDOW),
    size: outcome === "ok" ? sizeAfter(record.size, lease.seen) : record.size,
    evenAt: evenAfter(record, lease.seen + late - lease.reserved, bytesPerSecond, at),
  };
}

function sizeAfter(size: HostRecord["size"], bytes: number): HostRecord["size"] {
  if (size === null) return { mean: bytes, deviation: bytes / 2 };
  const off = Math.abs(bytes - size.mean);
  return {
    mean: size.mean + (bytes - size.mean) * NEWEST.mean,
    deviation: size.deviation + (off - size.deviation) * NEWEST.deviation,
  };
}

/** Bytes a second that are in use, over the whole window. */
export function bytesPerSecondOf(record: Window): number {
  return usedBytes(record) / WINDOW_SECONDS;
}

/** All that counts now: what has come within the window, and what may still come. */
function usedBytes({ bytes, leases }: Window): number {
  return sumOf(bytes) + leases.reduce((sum, { reserved, seen }) => sum + Math.max(0, reserved - seen), 0);
}

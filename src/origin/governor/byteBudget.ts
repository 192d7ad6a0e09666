/**
 * The bytes of a host. An exchange reserves bytes before it starts; what has come counts from the time at which it had
 * come at the latest, and the rest of the reservation counts until the exchange is over. So at the start of any exchange
 * everything that may fall into one window with it is counted already. Pure.
 */
import { type Buckets, BYTE_WINDOW, freedAt, sumOf, withAmount } from "./bucketWindow.ts";
import { PROFILE_MS } from "./port.ts";
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
const MOST_OF_WINDOW = 0.25;
/** What is counted at least for an exchange that was given up, since it was on its way. */
const GIVEN_UP_BYTES = 65_536;
/** Weight of the newest size in the moving averages (RFC 6298: 1/8 and 1/4). */
const NEWEST = { mean: 1 / 8, deviation: 1 / 4 } as const;

type Window = Pick<HostRecord, "bytes" | "leases" | "size">;

/** What one more exchange reserves, and when there is room for it: now or earlier means at once. */
export function reservation(
  record: Window,
  known: number | undefined,
  bytesPerSecond: number,
  now: number,
): { readonly bytes: number; readonly roomAt: number } {
  const capacity = bytesPerSecond * WINDOW_SECONDS;
  const { size } = record;
  const expected = known ?? (size === null ? FIRST_BYTES : size.mean + 2 * size.deviation);
  const bytes = Math.min(Math.ceil(expected) + HEADER_BYTES, Math.floor(capacity * MOST_OF_WINDOW));
  if (bytes <= HEADER_BYTES) return { bytes, roomAt: Number.POSITIVE_INFINITY };
  const over = usedBytes(record) + bytes - capacity * NEW_SHARE;
  if (over <= 0) return { bytes, roomAt: now };
  // When the reservations alone fill the window, the first that ends makes room.
  const nextEnd = Math.min(...record.leases.map(({ until }) => until));
  return { bytes, roomAt: Math.min(freedAt(record.bytes, over, BYTE_WINDOW), nextEnd) };
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

/** Counts the end of an exchange. `outcome` null: it was never released, so everything that was reserved may have come. */
export function withEnd(
  record: Pick<HostRecord, "bytes" | "size">,
  lease: Lease,
  outcome: "ok" | "failed" | "unused" | "refused" | null,
  at: number,
): Pick<HostRecord, "bytes" | "size"> {
  const { bytes, size } = record;
  if (outcome === "unused") return { bytes, size };
  const rest = Math.max(0, lease.reserved - lease.seen);
  const late = outcome === null ? rest : outcome === "failed" ? Math.min(rest, GIVEN_UP_BYTES) : HEADER_BYTES;
  const after: Buckets = withAmount(bytes, at, late, BYTE_WINDOW);
  return { bytes: after, size: outcome === "ok" ? sizeAfter(size, lease.seen) : size };
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

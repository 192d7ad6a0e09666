/**
 * A call as the governor may rely on it. Another version of the Worker may have sent it: a number that is none must not
 * get into what is kept on disk. Pure.
 */
import type { GovernorCall, Release } from "./port.ts";

/** Longer trips and waits, in milliseconds, are cut to these. */
const MAX_TRIP_MS = 1_000;
const MAX_WAIT_MS = 60_000;
const MAX_WAITED_MS = 600_000;
/** The largest body that counts. */
const MAX_BYTES = 1e12;

export function readCall(call: GovernorCall): GovernorCall {
  const tickets = new Map(call.wants.map((wish) => [wish.ticket, wish]));
  return {
    ...call,
    call: within(call.call, Number.MAX_SAFE_INTEGER),
    tripMs: within(call.tripMs, MAX_TRIP_MS),
    waitMs: within(call.waitMs, MAX_WAIT_MS),
    wants: [...tickets.values()].map(({ ticket, kind, waitedMs, bytes, ahead }) => ({
      ...{ ticket, kind, waitedMs: within(waitedMs, MAX_WAITED_MS) },
      ...(bytes !== undefined && Number.isFinite(bytes) && { bytes: within(bytes, MAX_BYTES) }),
      ...(ahead === true && { ahead }),
    })),
    releases: call.releases.map(({ id, answer, received }) => ({
      ...{ id, answer: readAnswer(answer), received: received.map((bytes) => within(bytes, MAX_BYTES)) },
    })),
    renewals: call.renewals.map(({ id, received, bytes }) => ({
      ...{ id, received: received.map((one) => within(one, MAX_BYTES)), bytes: within(bytes, MAX_BYTES) },
    })),
  };
}

function readAnswer(answer: Release["answer"]): Release["answer"] {
  if (answer.kind !== "refused" || answer.retryAfter === null) return answer;
  return { kind: "refused", retryAfter: answer.retryAfter >= 0 ? answer.retryAfter : null };
}

/** The number, cut to [0, max]; 0 for what is none. */
function within(value: number, max: number): number {
  return value > 0 ? Math.min(value, max) : 0;
}

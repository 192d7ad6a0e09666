/** What a worker is told to do with a lease that it has begun. Pure. */
import type { JobPace } from "../jobPace.ts";
import type { HostRecord, Lease } from "./hostRecord.ts";
import { isLastTry, isPoison } from "./leases.ts";
import type { Work } from "./port.ts";
import type { RunRecord } from "./runRecord.ts";
import { STOP_BEFORE_MS, type Timing } from "./timing.ts";

/** `record`: the host as it was before. `turn`: as OpenHosts says. Times are milliseconds. */
export function workOf(
  { run, settings }: Pick<RunRecord, "run" | "settings">,
  record: Pick<HostRecord, "entry" | "troubledSince">,
  begun: Lease,
  { concurrency }: Pick<JobPace, "concurrency">,
  turn: Pick<Work, "perSecond" | "startInMs">,
  { workMs }: Pick<Timing, "workMs">,
  now: number,
): Omit<Work, "range"> {
  const { part, from, to, cutFrom, attempt } = begun;
  return {
    ...{ run, host: record.entry.host, settings, part, from, to, cutFrom, attempt, concurrency, ...turn },
    ...{ leaseMs: workMs, workMs: workMs - Math.min(STOP_BEFORE_MS, workMs / 4) },
    ...{ lastTry: isLastTry(record, now), poison: isPoison(begun) },
  };
}

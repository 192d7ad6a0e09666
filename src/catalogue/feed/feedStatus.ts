/** What a feed says of a run. Pure. */
import type { JobPace } from "../jobPace.ts";
import type { HostEntry } from "../run.ts";
import { addTally, type FinishedHost, type HostRecord, type Tally } from "./hostRecord.ts";
import type { RunRecord } from "./runRecord.ts";

export type HostStatus = {
  readonly host: string;
  readonly pictures: number;
  /** Pictures a second of the last chunks, and the most that its pace allows. 0 when it is finished. */
  readonly rate: number;
  readonly pace: number;
  /** Seconds until the host is done at this rate; null = nobody can say. */
  readonly secondsLeft: number | null;
  /** Chunks that are sent, and those of them that are worked on. */
  readonly sent: number;
  readonly working: number;
  /** Why it is left alone, or was given up, and until when (unix ms). */
  readonly trouble: string | null;
  readonly waitsUntil: number | null;
  readonly tally: Tally;
};

export type FeedStatus = {
  readonly run: RunRecord;
  /** Of all hosts together. */
  readonly tally: Tally;
  /** Those with most left first, then finished ones; at most 200. */
  readonly hosts: readonly HostStatus[];
};

const MAX_HOSTS = 200;

export function statusOf(
  run: RunRecord,
  all: readonly HostRecord[],
  finished: readonly FinishedHost[],
  paceOf: (entry: HostEntry) => JobPace,
): FeedStatus {
  const open = all.filter((record) => record.run === run.run);
  const tally = open.reduce((sum, record) => addTally(sum, record.tally), run.tally);
  const hosts = open
    .map((record) => openHost(record, paceOf(record.entry)))
    .sort((a, b) => (b.secondsLeft ?? 0) - (a.secondsLeft ?? 0));
  return { run, tally, hosts: [...hosts, ...finished.map(finishedHost)].slice(0, MAX_HOSTS) };
}

function openHost(
  { entry, tally, rate, leases, notBefore, trouble, slow }: HostRecord,
  { expected }: JobPace,
): HostStatus {
  const left = entry.pictures - tally.done;
  return {
    ...{ host: entry.host, pictures: entry.pictures, rate, pace: expected / slow, trouble, tally },
    secondsLeft: rate > 0 ? left / rate : null,
    sent: leases.filter(({ state }) => state !== "unsent").length,
    working: leases.filter(({ state }) => state === "begun").length,
    waitsUntil: trouble === null ? null : notBefore,
  };
}

function finishedHost({ host, pictures, tally, givenUp }: FinishedHost): HostStatus {
  return {
    ...{ host, pictures, tally, rate: 0, pace: 0, secondsLeft: 0, sent: 0, working: 0 },
    ...{ trouble: givenUp?.trouble ?? null, waitsUntil: null },
  };
}

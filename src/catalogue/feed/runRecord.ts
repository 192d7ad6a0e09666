/** What a feed keeps of a run: where it is in the list of hosts, and what was done for those that are finished. */
import type { RunSettings } from "../run.ts";
import { NOTHING_DONE, type Tally } from "./hostRecord.ts";

export type RunRecord = {
  readonly run: string;
  /** `running` or `paused` by order. */
  readonly state: "running" | "paused";
  readonly settings: RunSettings;
  /** Our own origin and region, as the request that started the run had them. */
  readonly origin: string;
  readonly region: string;
  /** The list that is read (run.ts): its round, how many rounds there are, and the byte at which the next line begins. */
  readonly round: number;
  readonly rounds: number;
  readonly offset: number;
  /** The lists are read to the end. */
  readonly listed: boolean;
  /** Hosts that were taken from the lists, and those of them that are finished. */
  readonly hosts: number;
  readonly finished: number;
  readonly pictures: number;
  /** Of the finished ones. */
  readonly tally: Tally;
  readonly startedAt: number;
  /** When the last host was finished; null = the run is not at its end. */
  readonly endedAt: number | null;
};

export function newRun(
  run: string,
  settings: RunSettings,
  { origin, region }: Pick<RunRecord, "origin" | "region">,
  now: number,
): RunRecord {
  return {
    ...{ run, state: "running", settings, origin, region, round: 0, rounds: 1, offset: 0, listed: false },
    ...{ hosts: 0, finished: 0, pictures: 0, tally: NOTHING_DONE, startedAt: now, endedAt: null },
  };
}

/** After hosts were read from its lists. `offset`: where the next page begins; null = that was the list's last one. */
export function afterPage(
  run: RunRecord,
  entries: readonly { readonly pictures: number }[],
  offset: number | null,
): RunRecord {
  const pictures = run.pictures + entries.reduce((sum, entry) => sum + entry.pictures, 0);
  const hosts = run.hosts + entries.length;
  if (offset !== null) return { ...run, hosts, pictures, offset };
  const isLast = run.round + 1 >= run.rounds;
  return { ...run, hosts, pictures, ...(isLast ? { listed: true } : { round: run.round + 1, offset: 0 }) };
}

/** With the time of its end, once every host is finished. */
export function withEnd(run: RunRecord, now: number): RunRecord {
  return { ...run, endedAt: run.listed && run.finished === run.hosts ? (run.endedAt ?? now) : null };
}

/** What `POST /catalogue` says of a run: the feeds' answers as one. Pure. */
import type { FeedStatus, HostStatus } from "../../catalogue/feed/feedStatus.ts";
import { addTally, NOTHING_DONE } from "../../catalogue/feed/hostRecord.ts";
import { dollarsOf, type Operations, PRICES_READ } from "../../catalogue/prices.ts";
import type { Run } from "../../catalogue/run.ts";

export type RunState = "ready" | "running" | "paused" | "done";

export type CatalogueStatus = {
  readonly run: string;
  readonly state: RunState;
  readonly pictures: number;
  readonly done: number;
  readonly hosts: number;
  readonly hostsDone: number;
  /** Pictures by status, and failures by reason. */
  readonly counts: FeedStatus["tally"]["counts"];
  readonly reasons: FeedStatus["tally"]["reasons"];
  /** Pictures a second of all hosts together. */
  readonly rate: number;
  /** Seconds until the slowest host is done; null = nobody can say. */
  readonly secondsLeft: number | null;
  readonly bytesIn: number;
  readonly bytesStored: number;
  /** Counted operations, and what they cost by list prices of `pricesRead`. CPU time is not counted here. */
  readonly operations: Operations;
  readonly dollars: number;
  readonly pricesRead: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly perHost: readonly HostStatus[];
};

const MAX_HOSTS = 500;

export function statusAnswer(run: Run, feeds: readonly FeedStatus[]): CatalogueStatus {
  const tally = feeds.reduce((sum, feed) => addTally(sum, feed.tally), NOTHING_DONE);
  const all = feeds.flatMap(({ hosts }) => hosts);
  const open = all.filter(({ secondsLeft }) => secondsLeft !== 0);
  const started = feeds.map((feed) => feed.run.startedAt);
  const ended = feeds.map((feed) => feed.run.endedAt);
  const lefts = open.map(({ secondsLeft }) => secondsLeft);
  const sum = (of: (feed: FeedStatus) => number) => feeds.reduce((total, feed) => total + of(feed), 0);
  return {
    run: run.run,
    state: stateOf(feeds),
    pictures: Math.max(
      run.pictures,
      sum((feed) => feed.run.pictures),
    ),
    done: tally.done,
    hosts: run.hosts,
    hostsDone: sum((feed) => feed.run.finished),
    ...{ counts: tally.counts, reasons: tally.reasons },
    rate: open.reduce((total, { rate, working }) => total + (working > 0 ? rate : 0), 0),
    secondsLeft: lefts.some((left) => left === null) ? null : Math.max(0, ...lefts.map((left) => left ?? 0)),
    ...{ bytesIn: tally.bytesIn, bytesStored: tally.bytesStored, operations: tally.operations },
    dollars: dollarsOf(tally.operations),
    pricesRead: PRICES_READ,
    startedAt: started.length === 0 ? null : Math.min(...started),
    endedAt: stateOf(feeds) === "done" ? Math.max(...ended.map((at) => at ?? 0)) : null,
    perHost: all.sort((a, b) => (b.secondsLeft ?? 0) - (a.secondsLeft ?? 0)).slice(0, MAX_HOSTS),
  };
}

function stateOf(feeds: readonly FeedStatus[]): RunState {
  if (feeds.length === 0) return "ready";
  if (feeds.every(({ run }) => run.endedAt !== null)) return "done";
  return feeds.some(({ run }) => run.state === "paused") ? "paused" : "running";
}

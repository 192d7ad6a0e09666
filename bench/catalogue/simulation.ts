/**
 * A run in virtual time: the feeds' own scheduling (`FeedState`), with a queue that delays, loses and repeats messages, and
 * workers that take as long as the host's pace lets them, crash, and meet hosts that are down.
 */
import { FeedState } from "../../src/catalogue/feed/feedState.ts";
import { hostKeyOf } from "../../src/catalogue/feed/hostRecord.ts";
import type { ChunkMessage, Report, Work } from "../../src/catalogue/feed/port.ts";
import { newRun } from "../../src/catalogue/feed/runRecord.ts";
import { HOLD_MS, type Timing, timingOf } from "../../src/catalogue/feed/timing.ts";
import type { JobPace } from "../../src/catalogue/jobPace.ts";
import { PART } from "../../src/catalogue/part.ts";
import { DEFAULT_SETTINGS } from "../../src/catalogue/run.ts";
import { VirtualTime } from "./virtualTime.ts";

export type SimulatedHost = {
  readonly host: string;
  readonly pictures: number;
  readonly pace: JobPace;
  /** When it does not answer, in milliseconds from the start. */
  readonly down?: readonly (readonly [from: number, to: number])[];
  /** Rows (of the whole host) that crash whoever works on them. */
  readonly poison?: ReadonlySet<number>;
};

export type SimulationOptions = {
  readonly hosts: readonly SimulatedHost[];
  readonly feeds: number;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly timing?: Timing;
  /** Shares of messages that are lost, delivered twice, and delayed by an hour; of chunks whose worker dies. */
  readonly lost?: number;
  readonly repeated?: number;
  readonly delayed?: number;
  readonly crashes?: number;
  /** About every so many milliseconds everything is killed: the queue is empty, workers are gone, records stay. */
  readonly killEveryMs?: number;
  /** Chunks that the queue's consumers work on at a time. */
  readonly consumers?: number;
  /** Is told each row that is written into the log. */
  readonly onRow?: (host: number, row: number) => void;
};

export type Simulated = {
  readonly seconds: number;
  /** The longest that one host takes at its pace: nobody can be faster. */
  readonly boundSeconds: number;
  readonly pictures: number;
  readonly chunks: number;
  /** Messages that were sent. */
  readonly sent: number;
  readonly mostBusy: number;
  readonly done: boolean;
};

const RUN = "simulated";
/** Milliseconds of one exchange, where a host's pace allows more than its latency. */
const LATENCY_MS = 350;
const HOUR_MS = 3_600_000;
const PAGE = 700;

export function simulate(options: SimulationOptions): Simulated {
  const { hosts, feeds: count, random, timing = timingOf(60, 1_800), consumers = 500 } = options;
  const time = new VirtualTime();
  const index = new Map(hosts.map((host, i) => [host.host, i]));
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (const i of hosts.keys()) lists[i % count]?.push(i);
  for (const list of lists) list.sort((a, b) => (hosts[b]?.pictures ?? 0) - (hosts[a]?.pictures ?? 0));
  const paceOf = (host: string): JobPace => {
    const found = hosts[index.get(host) ?? -1];
    if (found === undefined) throw new Error(`no host ${host}`);
    return found.pace;
  };
  const busyUntil = new Float64Array(hosts.length);
  let epoch = 0;
  let chunks = 0;
  let sent = 0;
  let busy = 0;
  let mostBusy = 0;
  const waiting: (() => void)[] = [];

  const feeds = lists.map((_, shard) => ({
    shard,
    state: new FeedState({ shard, timing, paceOf }),
    planned: Number.POSITIVE_INFINITY,
  }));
  type Feed = (typeof feeds)[number];

  const pump = (feed: Feed) => {
    const { state } = feed;
    for (;;) {
      const { messages, reads } = state.step(time.now);
      state.taken();
      for (const message of messages) send(feed, message);
      for (const read of reads) {
        if (read.kind === "part") {
          const { record } = read;
          const left = record.entry.pictures - record.part * PART.rows;
          state.openPart(hostKeyOf(record), record.part, Math.min(PART.rows, left));
        } else {
          const list = lists[feed.shard] ?? [];
          const at = read.run.offset;
          const entries = list.slice(at, at + PAGE).map((i) => {
            const { host, pictures } = hosts[i] as SimulatedHost;
            return { host, host16: host, first: 0, parts: Math.ceil(pictures / PART.rows), pictures };
          });
          state.addHosts(RUN, entries, at + PAGE < list.length ? at + PAGE : null, time.now);
        }
      }
      if (reads.length === 0) break;
    }
    plan(feed);
  };

  const plan = (feed: Feed) => {
    const { nextAt } = feed.state;
    if (nextAt >= feed.planned || nextAt === Number.POSITIVE_INFINITY) return;
    feed.planned = nextAt;
    const at = epoch;
    time.in(nextAt - time.now, () => {
      if (at !== epoch || feed.planned > time.now) return;
      feed.planned = Number.POSITIVE_INFINITY;
      pump(feed);
    });
  };

  const send = (feed: Feed, message: ChunkMessage) => {
    const { lost = 0, repeated = 0, delayed = 0 } = options;
    sent++;
    if (random() < lost) return;
    const times = random() < repeated ? 2 : 1;
    for (let i = 0; i < times; i++) {
      const ms = random() < delayed ? HOUR_MS : 300 + 1_500 * random();
      const at = epoch;
      time.in(ms, () => at === epoch && take(() => begin(feed, message, 1, time.now + HOLD_MS)));
    }
  };

  /** A consumer is free, or the message waits in the queue. */
  const take = (work: () => void) => {
    if (busy >= consumers) {
      waiting.push(work);
      return;
    }
    busy++;
    mostBusy = Math.max(mostBusy, busy);
    work();
  };
  const free = () => {
    busy--;
    const next = waiting.shift();
    if (next !== undefined) take(next);
  };

  const begin = (feed: Feed, message: ChunkMessage, delivery: number, until: number) => {
    const { state } = feed;
    const begun = state.begin(message, delivery, time.now);
    if (begun.kind === "hold" && time.now < until) {
      const at = epoch;
      time.in(250, () => at === epoch && begin(feed, message, delivery, until));
      return;
    }
    if (begun.kind === "hold") state.letGo(message, time.now);
    plan(feed);
    if (begun.kind !== "go") return free();
    const { work } = begun;
    const host = index.get(work.host) ?? 0;
    const { poison } = hosts[host] as SimulatedHost;
    const first = work.part * PART.rows;
    const rows = work.to - work.from;
    const isPoisoned =
      !work.poison &&
      poison !== undefined &&
      [...poison].some((row) => row >= first + work.from && row < first + work.to);
    const { ms, upTo, trouble } = durationOf(work, host, rows);
    const at = epoch;
    if (isPoisoned || random() < (options.crashes ?? 0)) {
      // The queue delivers it again soon.
      time.in(ms / 2, () => {
        if (at !== epoch) return;
        free();
        time.in(1_000, () => at === epoch && take(() => begin(feed, message, delivery + 1, time.now + HOLD_MS)));
      });
      return;
    }
    time.in(ms, () => {
      if (at !== epoch) return;
      free();
      chunks++;
      for (let row = work.from; row < upTo; row++) options.onRow?.(host, first + row);
      const report: Report = {
        ...{ from: work.from, to: work.to, upTo, counts: { stored: upTo - work.from }, reasons: {} },
        ...{ bytesIn: 0, bytesStored: 0, operations: {}, elapsedMs: ms, lastStartMs: 0, trouble },
      };
      state.report(message, report, time.now);
      pump(feed);
    });
  };

  /** How long the chunk takes, and where it stops. The host's pace is one line of starts for all its workers. */
  const durationOf = (
    work: Omit<Work, "range">,
    host: number,
    rows: number,
  ): { ms: number; upTo: number; trouble: Report["trouble"] } => {
    const { pace, down = [] } = hosts[host] as SimulatedHost;
    if (down.some(([from, to]) => time.now >= from && time.now < to)) {
      const trouble = { kind: work.lastTry ? "dead" : "down", reason: "source_unreachable", waitMs: null } as const;
      return { ms: 10_000, upTo: work.lastTry ? work.to : work.from, trouble };
    }
    const perSecond = work.perSecond ?? pace.expected;
    const begins = Math.max(time.now + work.startInMs, pace.perSecond === null ? (busyUntil[host] ?? 0) : 0);
    const paced = begins + (rows * 1000) / perSecond;
    busyUntil[host] = paced;
    const ends = Math.max(paced, begins + (rows * LATENCY_MS) / work.concurrency);
    const most = work.workMs;
    if (ends - time.now <= most) return { ms: ends - time.now, upTo: work.to, trouble: null };
    const done = Math.floor((rows * (most - (begins - time.now))) / (ends - begins));
    return { ms: most, upTo: work.from + Math.max(0, done), trouble: null };
  };

  const kill = () => {
    epoch++;
    busy = 0;
    waiting.length = 0;
    for (const feed of feeds) {
      const runs = [...feed.state.runs.values()];
      const records = [...feed.state.hosts.values()];
      feed.state = new FeedState({ shard: feed.shard, timing, paceOf }, runs, records);
      feed.planned = Number.POSITIVE_INFINITY;
      time.in(1_000, () => pump(feed));
    }
    if (options.killEveryMs !== undefined) time.in(options.killEveryMs * (0.5 + random()), kill);
  };

  for (const feed of feeds) {
    feed.state.putRun(newRun(RUN, DEFAULT_SETTINGS, { origin: "https://img.test", region: "enam" }, 0));
    pump(feed);
  }
  if (options.killEveryMs !== undefined) time.in(options.killEveryMs, kill);
  const isOver = (feed: Feed) => feed.state.runs.get(RUN)?.endedAt !== null;
  let over = 0;
  const done = time.runUntil(() => {
    while (over < feeds.length && isOver(feeds[over] as Feed)) over++;
    return over === feeds.length;
  });
  return {
    seconds: time.now / 1000,
    boundSeconds: Math.max(...hosts.map(({ pictures, pace }) => pictures / pace.expected)),
    pictures: hosts.reduce((sum, { pictures }) => sum + pictures, 0),
    ...{ chunks, sent, mostBusy, done },
  };
}

import { median } from "../../table.ts";
import type { Contender } from "../contender.ts";
import { sleep } from "../process.ts";
import { Sink } from "../sink.ts";
import type { Tools } from "../tools.ts";
import { drain, type Probe, probe } from "./probe.ts";

/** What a program does with twice the hints it can take. All pictures are distinct, so that each age is exact. */
export type Overload = {
  /**
   * Medians over the rounds: pictures per second that arrived within 50 ms, at the best rate and at twice that rate.
   */
  readonly capacity: number;
  readonly offered: number;
  readonly goodput: number;
  /**
   * For each round: what arrived in time under overload, as a share of what could have, by the capacity just before and
   * just after.
   */
  readonly kept: readonly number[];
  /** Pictures that arrived later than 50 ms, in each round, and the latest, ms. */
  readonly late: readonly number[];
  readonly latestMs: number;
  /** How late the sink itself woke up at the most in each overload, ms. */
  readonly sinkWokeLateMs: readonly number[];
};

/** How it is measured. */
export type OverloadOptions = {
  /** A rate that it certainly takes, hints per second. */
  readonly from: number;
  /** Hints in one datagram. */
  readonly perDatagram: number;
  /** Length of one step of the capacity search, and of one overload, seconds. */
  readonly seconds: number;
  readonly rounds: number;
  readonly edge: EdgeKind;
};

/**
 * What the edge does. `steady`: it answers at once, all the time. `slow second`: it makes EDGE_RATE pictures per second,
 * and a tenth of them for one second in the middle. `late answers`: from the middle on, it answers after 200 ms.
 */
export const EDGE_KINDS = ["steady", "slow second", "late answers"] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

/** Pictures per second that the edge of `slow second` makes: less than the warmer could push. */
const EDGE_RATE = 60_000;
const SLOWER = 10;
const LATE_MS = 200;
/** When the edge changes, seconds after the overload began. */
const CHANGES_AFTER = 1;

/** How a capacity is searched: it starts at a share of the one before. */
type Climb = { readonly start: number; readonly step: number };
const FIRST: Climb = { start: 1, step: 1.3 };
const AGAIN: Climb = { start: 0.8, step: 1.12 };

/** Saturated: less than this share of the offered pictures arrived in time. */
const SATURATED_BELOW = 0.85;
/** One pause of a shared machine does not make a rate too high. */
const MOST_FAILED = 2;
const FACTOR = 2;

/** A capacity: the rate that brought the most pictures in time, hints per second, and how many those were. */
type Capacity = { readonly rate: number; readonly goodput: number };

/** Pictures per second that arrived in time. */
function goodputOf({ sink, load }: Probe): number {
  return (sink.distinct - sink.over) / load.seconds;
}

/**
 * Runs in rounds against one process. Each round raises the rate step by step until the program no longer keeps up. The
 * rate at which the most pictures arrived in time is offered once more, then twice as much as that arrived, in the same
 * way and for as long, then the first rate again. The speed of a shared machine changes within seconds, so an overload
 * is compared with the mean of what came right before and right after it. The best of the search would be a comparison
 * with the machine's luckiest moment.
 */
export async function overload(tools: Tools, contender: Contender, options: OverloadOptions): Promise<Overload> {
  const { from, perDatagram, seconds, rounds, edge } = options;
  const sink = await Sink.start(tools, 0);
  const running = await contender.start(sink.port);
  const long = edge === "steady" ? seconds : seconds + 2;
  const spell = async (rate: number, length = seconds, disturb = async (): Promise<void> => {}): Promise<Probe> => {
    await drain(sink);
    const [result] = await Promise.all([
      probe(tools, running, sink, { rate, seconds: length, perDatagram, repeats: 0 }),
      disturb(),
    ]);
    return result;
  };
  const climb = (start: number, how: Climb): Promise<Capacity> => climbTo(start, how, spell);
  /** What arrives in time at the rates of the capacity, and of the one while the edge answers late. */
  const calm = async (rate: number, lateRate: number): Promise<{ usual: number; late: number }> => {
    const usual = goodputOf(await spell(rate));
    if (edge !== "late answers") return { usual, late: 0 };
    await sink.delay(LATE_MS);
    const late = goodputOf(await spell(lateRate));
    await sink.delay(0);
    return { usual, late };
  };
  if (edge === "slow second") await sink.makes(EDGE_RATE);
  try {
    await spell(from, 2.5);
    let { rate } = await climb(from, FIRST);
    const { rate: lateRate } = edge === "late answers" ? await lateCapacity(sink, climb) : { rate: 0 };
    const results: { capacity: number; over: Probe; possible: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const best = await climb(rate, AGAIN);
      rate = best.rate;
      const before = await calm(rate, lateRate);
      const over = await spell(best.goodput * FACTOR, long, () => change(edge, sink));
      await sink.delay(0);
      const after = await calm(rate, lateRate);
      const capacity = (before.usual + after.usual) / 2;
      const possible = {
        steady: capacity * long,
        "slow second": capacity * (long - 1) + Math.min(capacity, EDGE_RATE / SLOWER),
        "late answers": capacity * CHANGES_AFTER + ((before.late + after.late) / 2) * (long - CHANGES_AFTER),
      }[edge];
      results.push({ capacity, over, possible });
    }
    const middle = (of: (result: (typeof results)[number]) => number): number => median(results.map(of));
    return {
      capacity: middle((result) => result.capacity),
      offered: middle(({ over }) => over.load.sent / over.load.seconds),
      goodput: middle(({ over }) => goodputOf(over)),
      kept: results.map(({ over, possible }) => (over.sink.distinct - over.sink.over) / possible),
      late: results.map(({ over }) => over.sink.over),
      latestMs: Math.max(...results.map(({ over }) => over.sink.max)) / 1000,
      sinkWokeLateMs: results.map(({ over }) => over.sink.wokeLate / 1000),
    };
  } finally {
    await running.stop();
    await sink.stop();
  }
}

/** Changes the edge in the middle of an overload. */
async function change(edge: EdgeKind, sink: Sink): Promise<void> {
  if (edge === "steady") return;
  await sleep(CHANGES_AFTER * 1000);
  if (edge === "late answers") {
    await sink.delay(LATE_MS);
    return;
  }
  await sink.makes(EDGE_RATE / SLOWER);
  await sleep(1_000);
  await sink.makes(EDGE_RATE);
}

/** The capacity while the edge answers late. */
async function lateCapacity(sink: Sink, climb: (from: number, how: Climb) => Promise<Capacity>): Promise<Capacity> {
  await sink.delay(LATE_MS);
  const capacity = await climb(12_000, FIRST);
  await sink.delay(0);
  return capacity;
}

/** Raises the rate until it is certainly too high. Gives the rate at which the most pictures arrived in time. */
async function climbTo(
  from: number,
  { start, step }: Climb,
  spell: (rate: number) => Promise<Probe>,
): Promise<Capacity> {
  let best: Capacity = { rate: from, goodput: 0 };
  for (let rate = from * start, failed = 0; failed < MOST_FAILED; ) {
    const tried = await spell(rate);
    const goodput = goodputOf(tried);
    if (goodput > best.goodput) best = { rate, goodput };
    if (goodput < SATURATED_BELOW * (tried.load.sent / tried.load.seconds)) failed++;
    else {
      failed = 0;
      rate *= step;
    }
  }
  return best;
}

import { median } from "../../table.ts";
import type { Contender, Running } from "../contender.ts";
import { runLoad } from "../load.ts";
import { sleep } from "../process.ts";
import type { Tools } from "../tools.ts";

/** One saturated spell of one program. */
export type IngestRun = {
  /** Hints taken per second of the one core's time the program got. */
  readonly perCpuSecond: number;
  /** Hints taken per second of wall clock; the same on a machine where nothing else runs. */
  readonly perSecond: number;
  /** Share of the hints sent that it took. */
  readonly taken: number;
  /** Share of the hints taken that it found to be repeats. */
  readonly duplicates: number;
};

/** A program and the shape of what it is sent. */
export type IngestSeries = { readonly name: string; readonly contender: Contender; readonly perDatagram: number };

/** How hard a program is pushed past what it can take: enough to keep it busy, little enough that repeats stay repeats. */
const PRESSURE = 1.1;
const SATURATED_BELOW = 0.97;
const WARM_UP_SECONDS = 1.5;
/** A spell in which a program was not busy all the time is taken again, faster. */
const MOST_TRIES = 3;
/** Rounds in which the rates are found; they do not count. */
const TRIALS = 2;

async function sample(tools: Tools, running: Running, rate: number, seconds: number, perDatagram: number) {
  const before = await running.counters();
  const cpu = running.cpu();
  const load = await runLoad(tools, { port: running.port, rate, seconds, perDatagram });
  const cpuUsed = running.cpu() - cpu;
  const after = await running.counters();
  const received = after.received - before.received;
  return {
    perCpuSecond: received / cpuUsed,
    perSecond: received / load.seconds,
    taken: received / load.sent,
    duplicates: (after.duplicate - before.duplicate) / received,
  };
}

/**
 * What each program takes on one core. All run at once, idle but for the one whose turn it is, and have short spells in
 * turn: the machine's speed changes by the second, so only spells next to each other can be compared. A flood warms a
 * program up and gives a first guess; then the rate goes to just above what it takes, because a flood loses the first
 * hint of most pictures, so that their repeats are none and the message mix is another one for each program.
 * @returns the spells of each series, in the order of the rounds; null where a program was not busy all the time
 */
export async function ingestRounds(
  tools: Tools,
  series: readonly IngestSeries[],
  rounds: number,
  seconds: number,
): Promise<Map<string, (IngestRun | null)[]>> {
  const programs = new Map<Contender, Running>();
  const rates = new Map<string, number>();
  const runs = new Map<string, (IngestRun | null)[]>(series.map(({ name }) => [name, []]));
  try {
    for (const { name, contender, perDatagram } of series) {
      const running = programs.get(contender) ?? (await contender.start(0));
      programs.set(contender, running);
      const flood = await sample(tools, running, 0, WARM_UP_SECONDS, perDatagram);
      rates.set(name, flood.perSecond * PRESSURE);
    }
    for (let round = 0; round < TRIALS + rounds; round++) {
      for (const { name, contender, perDatagram } of series) {
        let busy: IngestRun | null = null;
        for (let tries = 0; busy === null && tries < MOST_TRIES; tries++) {
          await sleep(30);
          const rate = rates.get(name) ?? 0;
          const run = await sample(tools, programs.get(contender) as Running, rate, seconds, perDatagram);
          if (run.taken < SATURATED_BELOW) busy = run;
          rates.set(name, busy === null ? rate * 1.25 : run.perSecond * PRESSURE);
        }
        if (round >= TRIALS) runs.get(name)?.push(busy);
      }
    }
    return runs;
  } finally {
    for (const running of programs.values()) await running.stop();
  }
}

/** Medians over the spells that count; NaN when none does. */
export function ingestMedian(runs: readonly (IngestRun | null)[]): IngestRun {
  const of = (field: keyof IngestRun): number => median(runs.flatMap((run) => (run === null ? [] : [run[field]])));
  return {
    perCpuSecond: of("perCpuSecond"),
    perSecond: of("perSecond"),
    taken: of("taken"),
    duplicates: of("duplicates"),
  };
}

/** The median of the quotients of spells of one round. */
export function ingestRatio(runs: readonly (IngestRun | null)[], base: readonly (IngestRun | null)[]): number {
  return median(
    runs.flatMap((run, round) => {
      const other = base[round] ?? null;
      return run === null || other === null ? [] : [run.perCpuSecond / other.perCpuSecond];
    }),
  );
}

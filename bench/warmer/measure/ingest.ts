import { median } from "../../table.ts";
import type { Contender, Running } from "../contender.ts";
import { runLoad } from "../load.ts";
import { sleep } from "../process.ts";
import type { Tools } from "../tools.ts";

/** One run of one program under full load. */
export type IngestRun = {
  /** Hints taken per second of CPU time of the one core. */
  readonly perCpuSecond: number;
  /** Hints taken per second of wall clock. The same on a machine where nothing else runs. */
  readonly perSecond: number;
  /** Share of the sent hints that it took. */
  readonly taken: number;
  /** Share of the taken hints that were repeats. */
  readonly duplicates: number;
};

/** A program, and the kind of datagrams it is sent. */
export type IngestSeries = { readonly name: string; readonly contender: Contender; readonly perDatagram: number };

/** Load relative to what a program takes: enough to keep it busy, and low enough that repeats stay repeats. */
const PRESSURE = 1.1;
const SATURATED_BELOW = 0.97;
const WARM_UP_SECONDS = 1.5;
/** A run in which a program was not always busy is repeated with more load. */
const MOST_TRIES = 3;
/** Rounds that find the rates. They do not count. */
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
 * Measures what each program takes on one core. All programs run at the same time; they are idle except for the one
 * that is measured, and they are measured in turn for a short time each. The speed of the machine changes within
 * seconds, so only runs next to each other can be compared. A flood warms a program up and gives a first estimate. Then
 * the rate is set just above what the program takes: a flood would lose the first hint of most pictures, so repeats
 * would become first hints, and the mix would differ between programs.
 * @returns the runs of each series, in the order of the rounds; null if a program was not always busy
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

/** Medians over the runs that count. NaN if there are none. */
export function ingestMedian(runs: readonly (IngestRun | null)[]): IngestRun {
  const of = (field: keyof IngestRun): number => median(runs.flatMap((run) => (run === null ? [] : [run[field]])));
  return {
    perCpuSecond: of("perCpuSecond"),
    perSecond: of("perSecond"),
    taken: of("taken"),
    duplicates: of("duplicates"),
  };
}

/** The median of the ratios of runs in the same round. */
export function ingestRatio(runs: readonly (IngestRun | null)[], base: readonly (IngestRun | null)[]): number {
  return median(
    runs.flatMap((run, round) => {
      const other = base[round] ?? null;
      return run === null || other === null ? [] : [run.perCpuSecond / other.perCpuSecond];
    }),
  );
}

import { median } from "../../table.ts";
import type { Contender, Running } from "../contender.ts";
import { runLoad } from "../load.ts";
import { sleep } from "../process.ts";
import type { Tools } from "../tools.ts";

/** One saturated run of one program. */
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

/** How hard a program is pushed past what it can take: enough to keep it busy, little enough that repeats stay repeats. */
const PRESSURE = 1.1;
const SATURATED_BELOW = 0.97;
const WARM_UP_SECONDS = 1.5;

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
 * What a program takes on one core, hints per second. A flood warms it up and gives a first guess; then the rate goes
 * to just above what it takes, because a flood loses the first hint of most pictures, so that their repeats are none
 * and the message mix is another one for each program.
 */
export async function ingestOnce(
  tools: Tools,
  contender: Contender,
  perDatagram: number,
  seconds: number,
): Promise<IngestRun> {
  const running = await contender.start(0);
  try {
    const flood = await sample(tools, running, 0, WARM_UP_SECONDS, perDatagram);
    let rate = flood.perSecond * PRESSURE;
    let run: IngestRun = flood;
    for (let step = 0; step < 6; step++) {
      await sleep(50);
      run = await sample(tools, running, rate, step === 0 ? seconds / 2 : seconds, perDatagram);
      if (step > 0 && run.taken < SATURATED_BELOW && run.taken > 1 / PRESSURE / 1.15) break;
      rate = run.taken < SATURATED_BELOW ? run.perSecond * PRESSURE : rate * 1.25;
    }
    return run;
  } finally {
    await running.stop();
  }
}

/** Medians over runs. */
export function ingestMedian(runs: readonly IngestRun[]): IngestRun {
  const of = (field: keyof IngestRun): number => median(runs.map((run) => run[field]));
  return {
    perCpuSecond: of("perCpuSecond"),
    perSecond: of("perSecond"),
    taken: of("taken"),
    duplicates: of("duplicates"),
  };
}

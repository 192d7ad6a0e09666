/** A whole purge: step after step until the Worker says that it is done. */

import type { PurgeArguments } from "./arguments.ts";
import { callPurge, type PurgeCall, sleep } from "./call.ts";

export type Progress = {
  readonly deleted: number;
  readonly steps: number;
  /** What to go on with if it ends here; null before the first step and when done. */
  readonly cursor: string | null;
  /** Which time through: 1, or 2 for the sweep after a block. */
  readonly pass: 1 | 2;
};

export type PurgeRun = Omit<PurgeCall, "endpoint" | "secret"> & {
  /** After every step. */
  readonly onProgress: (progress: Progress) => void;
  /** Before the wait for the sweep. */
  readonly onWait?: (seconds: number) => void;
};

/**
 * Runs to the end and gives the last progress. With a block what is stored is gone at once, but an isolate that has not
 * read the settings yet may store what it was just making; so it goes through once more when all must have read them.
 * Throws what `callPurge` throws; the progress told last holds then.
 */
export async function runPurge(args: PurgeArguments, run: PurgeRun): Promise<Progress> {
  const first = await throughAll(args, args.block, args.resume, { deleted: 0, steps: 0, cursor: null, pass: 1 }, run);
  if (args.sweepSeconds === 0) return first;
  run.onWait?.(args.sweepSeconds);
  await sleep(args.sweepSeconds * 1000, run.signal);
  return throughAll(args, null, null, { ...first, pass: 2 }, run);
}

async function throughAll(
  { target, stale, endpoint, secret }: PurgeArguments,
  block: boolean | null,
  resume: string | null,
  from: Progress,
  run: PurgeRun,
): Promise<Progress> {
  let progress: Progress = { ...from, cursor: resume };
  for (;;) {
    const { cursor } = progress;
    const how = { ...(block === null ? {} : { block }), ...(stale ? { stale } : {}) };
    const order = { ...target, ...how, ...(cursor === null ? {} : { cursor }) };
    const step = await callPurge(order, { ...run, endpoint, secret });
    const { deleted, steps, pass } = progress;
    progress = { deleted: deleted + step.deleted, steps: steps + 1, cursor: step.done ? null : step.cursor, pass };
    run.onProgress(progress);
    if (step.done) return progress;
  }
}

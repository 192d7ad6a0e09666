/** A whole purge: step after step until the Worker says that it is done. */

import { sleep } from "../signedCall.ts";
import type { PurgeArguments } from "./arguments.ts";
import { callPurge, type PurgeCall } from "./call.ts";
import { orderBody } from "./orderBody.ts";

export type Progress = {
  readonly deleted: number;
  readonly steps: number;
  /** The cursor of the next step; null before the first step and when done. */
  readonly cursor: string | null;
  /** 1, or 2 for the sweep after a block. */
  readonly pass: 1 | 2;
};

export type PurgeRun = Omit<PurgeCall, "endpoint" | "secret"> & {
  /** After every step. */
  readonly onProgress: (progress: Progress) => void;
  /** Before the wait for the sweep. */
  readonly onWait?: (seconds: number) => void;
};

/**
 * Runs to the end and gives the last progress. After a block it deletes a second time: an isolate that has not read the
 * new settings yet may store what it is just making. The second time comes when all isolates must have read them.
 * Throws what `callPurge` throws; the last progress given to `onProgress` is still right then.
 */
export async function runPurge(args: PurgeArguments, run: PurgeRun): Promise<Progress> {
  const first = await throughAll(args, args.block, args.resume, { deleted: 0, steps: 0, cursor: null, pass: 1 }, run);
  if (args.sweepSeconds === 0) return first;
  run.onWait?.(args.sweepSeconds);
  await sleep(args.sweepSeconds * 1000, run.signal);
  return throughAll(args, null, null, { ...first, pass: 2 }, run);
}

async function throughAll(
  args: PurgeArguments,
  block: boolean | null,
  resume: string | null,
  from: Progress,
  run: PurgeRun,
): Promise<Progress> {
  const { endpoint, secret } = args;
  let progress: Progress = { ...from, cursor: resume };
  for (;;) {
    const step = await callPurge(orderBody(args, block, progress.cursor), { ...run, endpoint, secret });
    const { deleted, steps, pass } = progress;
    progress = { deleted: deleted + step.deleted, steps: steps + 1, cursor: step.done ? null : step.cursor, pass };
    run.onProgress(progress);
    if (step.done) return progress;
  }
}

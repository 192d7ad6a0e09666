/** Opens the log of a run for a command, and says what went wrong with it in words. */

import { S3Client } from "@aws-sdk/client-s3";
import { type LogCursor, logPrefix } from "../../../catalogue/outcomeLog.ts";
import { storeFailure } from "../../failures.ts";
import { Unavailable, WrongInput } from "../failure.ts";
import { interruption } from "../interruption.ts";
import { Progress } from "../progress.ts";
import type { LogArguments } from "./logArguments.ts";
import { type LogPage, readLogPages } from "./logPages.ts";

const RETRIES = 6;
const SHOWN = 3;

export type OpenLog = {
  readonly pages: (cursor: LogCursor) => AsyncGenerator<LogPage>;
  readonly signal: AbortSignal;
};

/**
 * Runs `use` with the log, and gives its exit code, or 1 when some lines could not be read; 130 when it was interrupted.
 * What fails is said on standard error, and after it `again`: what the next call does.
 */
export async function withLog(
  args: LogArguments,
  again: string,
  use: (log: OpenLog) => Promise<number>,
): Promise<number> {
  const interrupted = interruption();
  const { endpoint, accessKeyId, secretAccessKey, bucket, concurrency, run } = args;
  const s3 = new S3Client({
    ...{ endpoint, region: "auto", forcePathStyle: true, maxAttempts: RETRIES },
    credentials: { accessKeyId, secretAccessKey },
  });
  const bad: string[] = [];
  const progress = new Progress("outcomes read");
  async function* pages(cursor: LogCursor): AsyncGenerator<LogPage> {
    let objects = 0;
    let outcomes = 0;
    for await (const page of readLogPages({ s3, bucket, concurrency, signal: interrupted.signal }, cursor)) {
      bad.push(...page.bad);
      objects += page.objects;
      outcomes += page.outcomes.length;
      progress.show(outcomes, { objects });
      yield page;
    }
    progress.end();
    if (objects === 0 && cursor.after === "" && cursor.since === 0) {
      throw new WrongInput(`${bucket} has no outcomes of a run ${run}: nothing is under ${logPrefix(run)}`);
    }
  }
  try {
    const code = await use({ pages, signal: interrupted.signal });
    for (const line of bad.slice(0, SHOWN)) console.error(`A line of the log cannot be read: ${line}`);
    if (bad.length > SHOWN) console.error(`… and ${bad.length - SHOWN} more`);
    return bad.length > 0 ? 1 : code;
  } catch (error) {
    progress.end();
    const final = error instanceof WrongInput;
    if (interrupted.signal.aborted) console.error("Interrupted.");
    else if (final || error instanceof Unavailable) console.error(error.message);
    else console.error(storeFailure(error, endpoint, [bucket]));
    if (!final || interrupted.signal.aborted) console.error(again);
    return interrupted.signal.aborted ? 130 : 1;
  } finally {
    s3.destroy();
    interrupted.end();
  }
}

/** `npm run catalogue -- taps RUN --missing` makes the hashes that the outcomes of a run lack, from its stored renditions. */
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { logPrefix } from "../../catalogue/outcomeLog.ts";
import { BadRecord } from "../../catalogue/record.ts";
import { readCommandLine } from "../commandLine.ts";
import { storeFailure } from "../failures.ts";
import type { Command } from "./command.ts";
import { interruption } from "./interruption.ts";
import { LOG_USAGE, LOG_VALUES, type LogArguments, readLogArguments } from "./outcomes/logArguments.ts";
import { Progress } from "./progress.ts";
import { type Filled, fillLog } from "./taps/fillLog.ts";
import { loadHashRendition } from "./taps/hashRendition.ts";

const USAGE = `Usage: npm run catalogue -- taps RUN --missing
${LOG_USAGE}
Makes dHash and PDQ for the outcomes of a run that have none, from the renditions in the bucket. No source is asked. An
object of the log is replaced when all of it is done; what is interrupted goes on with the next call. Run it when the
run is done.`;

const RETRIES = 6;

export const TAPS: Command = {
  usage: USAGE,
  run: async (argv, env) => {
    const line = readCommandLine(argv, { values: LOG_VALUES, switches: ["missing"], words: true });
    const { value: log, problems } = readLogArguments(line, env);
    const all = [...line.problems, ...problems];
    if (!line.switches.has("missing")) all.push("Say --missing: hashes that are there are never made again");
    if (all.length > 0) {
      console.error([...all, USAGE].join("\n"));
      return 2;
    }
    const filled: Filled = { made: 0, unfit: 0, lost: 0, overtaken: 0 };
    const interrupted = interruption();
    const code = await fillAll(log, filled, interrupted.signal);
    interrupted.end();
    console.log(
      `Hashes made: ${filled.made}. Not whole or too small: ${filled.unfit}. Gone or damaged: ${filled.lost}. Objects that changed meanwhile: ${filled.overtaken}`,
    );
    return code === 0 && filled.overtaken > 0 ? 1 : code;
  },
};

async function fillAll(log: LogArguments, filled: Filled, signal: AbortSignal): Promise<number> {
  const { endpoint, accessKeyId, secretAccessKey, bucket, concurrency, run } = log;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint, region: "auto", forcePathStyle: true, maxAttempts: RETRIES, credentials });
  const hash = await loadHashRendition();
  const progress = new Progress("objects of the log");
  let done = 0;
  try {
    for await (const keys of listPages(s3, bucket, run)) {
      const left = [...keys];
      const worker = async () => {
        for (let key = left.shift(); key !== undefined && !signal.aborted; key = left.shift()) {
          await fillLog({ s3, bucket }, key, hash, filled);
          progress.show(++done, { ...filled });
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, keys.length) }, worker));
    }
    return signal.aborted ? 130 : 0;
  } catch (error) {
    console.error(error instanceof BadRecord ? error.message : storeFailure(error, endpoint, [bucket]));
    return 1;
  } finally {
    progress.end();
    s3.destroy();
  }
}

async function* listPages(s3: S3Client, bucket: string, run: string): AsyncGenerator<readonly string[]> {
  let token: string | undefined;
  do {
    const from = token === undefined ? {} : { ContinuationToken: token };
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: logPrefix(run), ...from }));
    yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/**
 * `POST /likeness` sends chunks of the likeness job to their queue. `npm run catalogue -- likeness RUN --platform` calls it.
 * Signed as `/catalogue` is, with its own path.
 */
import { CHUNK_FIELDS, type Chunk, type ChunkOrder, LIKENESS_JOB, PART_SIZE } from "../catalogue/likeness/platform.ts";
import { listOf, objectOf } from "../catalogue/record.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { checkSignedBody } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { sendInBatches } from "./sendInBatches.ts";

const MOST_CHUNKS = 1_000;
const MOST_BYTES = 65_536;
const CHUNKS = listOf(objectOf<Chunk>(CHUNK_FIELDS));

/** Takes `{job, size, chunks: [{a, b}]}`. Answers 202 `{accepted}`. The same chunk may be sent twice. Throws Failure. */
export async function orderLikeness(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const { config, now, bindings } = app;
  const { LIKENESS }: Partial<Env> = bindings;
  if (config.catalogueSecret === null || LIKENESS === undefined) throw new Failure("not_found");
  const body = await readBody(http, MOST_BYTES);
  await checkSignedBody(http.headers, "/likeness", body, config.catalogueSecret, now());
  const { job: name, size, chunks } = parseObject(body);
  job.trace.door = "likeness";
  if (!LIKENESS_JOB.is(name)) throw new Failure("body_invalid", { why: `job must be ${LIKENESS_JOB.needed}` });
  if (!PART_SIZE.is(size)) throw new Failure("body_invalid", { why: `size must be ${PART_SIZE.needed}` });
  if (!CHUNKS.is(chunks) || chunks.length > MOST_CHUNKS || chunks.some(({ a, b }) => a > b)) {
    throw new Failure("body_invalid", { why: `chunks must be a list of up to ${MOST_CHUNKS} {a, b} with a <= b` });
  }
  const from = { origin: caller.origin, region: caller.runsIn };
  const orders = chunks.map(({ a, b }): ChunkOrder => ({ v: 1, job: name, size, a, b, ...from }));
  await sendInBatches(LIKENESS, orders);
  return jsonAnswer(202, { accepted: chunks.length });
}

/** Asks the second Worker to encode AVIF, which takes much code and time. Its answer has a deadline. */
import { withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import {
  type AvifAnswer,
  type AvifOrder,
  HEAVY_DEADLINE_MS,
  type HeavyWorker,
  MAX_AVIF_PIXELS,
} from "../image/heavy.ts";
import type { Pixels } from "../image/picture.ts";
import { addStage } from "../telemetry.ts";

/** When a client may try again, in seconds: another picture may be in the encoder, and the Worker may be starting. */
const RETRY_AFTER_SECONDS = 5;

/** Nobody waits for a job: behind its pictures the encoder may have others. */
const JOB_DEADLINE_MS = 25_000;

/** Throws Failure: `result_too_large`, or `encoder_unavailable` when there is no answer in time. */
export async function encodeInHeavy(pixels: Pixels, order: AvifOrder, app: App, job: Job): Promise<AvifAnswer> {
  const { width, height } = pixels;
  if (width * height > MAX_AVIF_PIXELS) {
    throw new Failure("result_too_large", { value: `${width}x${height}`, limit: `${MAX_AVIF_PIXELS} pixels of AVIF` });
  }
  const heavy = app.bindings.HEAVY as unknown as HeavyWorker | undefined;
  const late = (error: unknown) =>
    new Failure("encoder_unavailable", { retryAfter: RETRY_AFTER_SECONDS }, `heavy Worker: ${error}`);
  if (heavy === undefined) throw late("not bound");
  const asked = app.now();
  const deadlineMs = job.trace.audience === "job" ? JOB_DEADLINE_MS : HEAVY_DEADLINE_MS;
  return app.state.heavySlot(app.config).run(1, job.priority, async () => {
    addStage(job.trace, "queue", app.now() - asked);
    const answer = heavy.avif(pixels, order, () => undefined);
    return withTimeout(answer, deadlineMs).catch((error: unknown) => {
      throw late(error);
    });
  });
}

/**
 * Asks the second Worker to decode a picture. It can be ended in the middle: by the picture, by its limit of CPU time, by
 * another picture or by a deployment. So its answer has a deadline, and a failure is put down to the picture only when it
 * came while this picture was being decoded.
 */
import { withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { formatOf, isHeavy, isVector } from "../image/formats/registry.ts";
import { HEAVY_DEADLINE_MS, type HeavyAnswer, type HeavyOrder, type HeavyWorker } from "../image/heavy.ts";
import { type Decoded, stillPicture } from "../image/picture.ts";
import { type Plan, planRender } from "../image/plan.ts";
import type { ImageOrder } from "../image/renderImage.ts";
import type { RenderOrder } from "../image/rendition.ts";
import { resolve } from "../image/resolve.ts";
import { type See, shrunk } from "../image/see.ts";
import { addStage } from "../telemetry.ts";

/** The largest file that is handed over. RPC takes 32 MiB. */
const MAX_HEAVY_BYTES = 24 * 1024 * 1024;
/** Between two attempts: the local edge starts the Worker anew in less. */
const RETRY_AFTER_MS = 250;
/** A Worker that ends after so much time on one picture has reached `cpu_ms`. There is no second attempt. */
const SURE_AFTER_MS = 2_500;

/**
 * What Cloudflare says of a Worker that used up its CPU time. A Worker that used up its memory may have it from the pictures
 * before, so there is a second attempt, in a new isolate.
 */
const OVER_CPU = /exceeded cpu/i;

type Order = Pick<RenderOrder, "bytes" | "transform" | "format"> & Required<Pick<RenderOrder, "source">>;

/** What has to be looked at before the result is planned goes over as pixels, 4 bytes each. */
const MOST_SEEN_THERE = 4_000_000;

/**
 * The pixels of the result's view, after what `trim` and `sm` have to see first: each of them is a decode of its own there.
 * Undefined for a picture that this Worker decodes itself. Throws Failure.
 */
export async function decodeHeavy(
  order: Order,
  app: App,
  job: Job,
): Promise<Required<Pick<ImageOrder, "decoded" | "resolved">> | undefined> {
  const { bytes, source, transform } = order;
  if (!isHeavy(source.format)) return undefined;
  if (bytes.length > MAX_HEAVY_BYTES) throw new Failure("source_too_many_bytes", { limit: MAX_HEAVY_BYTES });
  const common = { limits: app.config, fileBytes: bytes.length };
  const see: See = async (plan) => {
    const decoded = await decodeView(order, plan, app, job);
    const { priority } = job;
    return app.state.renderSlot(app.config).run(1, priority, () => shrunk(decoded, source, plan, true));
  };
  const resolved = await resolve(source, { transform, ...common, mostSeen: MOST_SEEN_THERE }, see, false);
  const plan = planRender(source, { ...order, ...common, transform: resolved.transform, area: resolved.area });
  return { decoded: await decodeView(order, plan, app, job), resolved };
}

async function decodeView(
  { bytes, source }: Order,
  { view, decoders }: Plan,
  app: App,
  { priority, trace }: Job,
): Promise<Decoded> {
  const heavy = app.bindings.HEAVY as unknown as HeavyWorker | undefined;
  const [decoder] = decoders;
  const { label } = formatOf(source.format);
  if (heavy === undefined || decoder === undefined) throw new Failure("format_unsupported", { value: label });
  const asked = app.now();
  const answer = await app.state.heavySlot(app.config).run(1, priority, () => {
    addStage(trace, "queue", app.now() - asked);
    return ask(heavy, bytes, { decoder, source: withoutFile(source), view }, app.now);
  });
  if ("reason" in answer) throw new Failure(answer.reason, answer.facts, answer.detail);
  addStage(trace, "decode", answer.milliseconds);
  return { picture: stillPicture(answer.pixels), truncated: answer.truncated };
}

/** A part of the file would bring the whole file with it, and only this Worker converts colours. */
function withoutFile(source: HeavyOrder["source"]): HeavyOrder["source"] {
  return { ...source, icc: null };
}

/** Throws source_too_complex when the picture ends the Worker or takes too long, queue_full when its turn does not come. */
async function ask(
  heavy: HeavyWorker,
  bytes: Uint8Array,
  order: Omit<HeavyOrder, "least">,
  now: () => number,
): Promise<HeavyAnswer> {
  const until = now() + HEAVY_DEADLINE_MS;
  const canBeSmaller = isVector(order.source.format);
  for (let ended = 0; ; ) {
    const least = canBeSmaller && ended > 0;
    const turn: { begun: number | null } = { begun: null };
    const begin = () => {
      turn.begun = now();
    };
    try {
      return await withTimeout(heavy.decode(bytes, { ...order, least }, begin), Math.max(0, until - now()));
    } catch (error) {
      const isLate = now() >= until;
      if (turn.begun !== null) {
        const isOver = OVER_CPU.test(String(error)) || now() - turn.begun >= SURE_AFTER_MS;
        const isSure = ++ended === 2 || (isOver && !canBeSmaller);
        if (isLate || isSure) throw tooMuch(order, canBeSmaller && !least, error);
      } else if (isLate) throw new Failure("queue_full", { retryAfter: 1 }, `heavy Worker: ${error}`);
      await new Promise((wake) => setTimeout(wake, RETRY_AFTER_MS));
    }
  }
}

/** The source is at fault, for every size, unless a smaller one may do. */
function tooMuch(
  { source, view }: Pick<HeavyOrder, "source" | "view">,
  mayBeSmaller: boolean,
  error: unknown,
): Failure {
  const { label } = formatOf(source.format);
  const detail = `heavy Worker: ${error}`;
  if (!mayBeSmaller)
    return new Failure("source_too_complex", { why: `this ${label} is more than its decoder can do` }, detail);
  const limit = `${HEAVY_DEADLINE_MS / 1000} s of drawing`;
  return new Failure("result_too_large", { value: `${view.width}x${view.height}`, limit }, detail);
}

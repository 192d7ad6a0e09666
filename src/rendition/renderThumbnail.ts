/** A request's rendition of a source's bytes: the engine, behind the semaphore that lets one picture in at a time. */
import { tapsFor } from "../config/taps.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { asFailure, Failure } from "../errors.ts";
import { formatForClass, type OutputFormat } from "../image/formats/registry.ts";
import { type Header, headerOf } from "../image/header.ts";
import { makerOf } from "../image/maker.ts";
import { openFile } from "../image/readHeader.ts";
import { type Drawn, drawImage, type ImageOrder, renderImage } from "../image/renderImage.ts";
import type { Look, RenderOrder, Rendition } from "../image/rendition.ts";
import { isShared } from "../keepFailure.ts";
import { mayMove } from "../origin/providers/needed.ts";
import { refuseOverLimits } from "../policy/limits.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { hasCanvas } from "../request/transform.ts";
import { variantEtag } from "../store/schema/key.ts";
import { ORIGINAL } from "../store/sourceMeta.ts";
import type { Provenance, Stored, StoredMeta } from "../store/tiers/tier.ts";
import { addStage } from "../telemetry.ts";
import { wholeOf } from "./chooseParent.ts";
import { decodeHeavy } from "./decodeHeavy.ts";
import { encodeInHeavy } from "./encodeInHeavy.ts";
import type { Miss } from "./miss.ts";
import { passedOn } from "./passedOn.ts";
import { storeSourceMeta } from "./storeRendition.ts";
import type { FetchedBytes } from "./variant/fetchVariant.ts";
import { watermarkFile } from "./watermarkFile.ts";

/** How long a picture that was cut stays fresh. */
const TRUNCATED_FRESH_MS = 60_000;

/**
 * Source bytes -> rendition with its metadata; what the bytes tell us of the source is stored after the answer. Half a new
 * picture never takes the place of `stale`. Throws Failure: of a transfer that was cut, `source_broken`.
 */
export async function renderThumbnail(
  source: FetchedBytes,
  { request, store, stale }: Pick<Miss, "request" | "store" | "stale">,
  app: App,
  caller: Caller,
  job: Job,
): Promise<Stored> {
  try {
    const { stored, header, look } = await render(source, request, stale, app, caller, job);
    job.trace.stored = true;
    if (!stored.meta.cut) job.waitUntil(storeSourceMeta(source, header, store, app, look));
    return stored;
  } catch (error) {
    const { reason } = asFailure(error);
    throw source.truncated && isShared(reason) ? new Failure("source_broken", {}, reason) : error;
  }
}

/**
 * The rendition alone, the header of what it was made from, and the look of the source where the rendition shows all of it.
 * Throws Failure.
 */
export async function render(
  source: FetchedBytes,
  request: Pick<RenditionRequest, "transform" | "accept">,
  stale: Stored | null,
  app: App,
  caller: Caller,
  job: Job,
): Promise<{ readonly stored: Stored; readonly header: Header; readonly look: Look | null }> {
  const { fitted } = source;
  const opened = fitted?.opened ?? (await openFile(source.bytes));
  const header = headerOf(opened.source);
  refuseOverLimits(request.transform, header, source.bytes.length);
  const passed = passedOn(request, header);
  const format = passed ?? formatFor(request, header);
  const shows = wholeOf(request.transform, format, header, fitted?.original, mayHaveFrames(source, header));
  const showsAll = shows.whole !== undefined && fitted?.crops !== true;
  const analyse = showsAll ? tapsFor(app.config.taps, job.trace.audience === "job") : [];
  const order = { ...opened, transform: fitted?.transform ?? request.transform, format, analyse };
  const rendition = passed === null ? await renderInSlot(order, app, caller, job) : asItIs(source, header, passed);
  const { truncated } = rendition;
  // The transfer looked whole (a wrong Content-Length), the file is not: the whole picture in hand stays.
  if (truncated && stale !== null && stale.meta.sourceHash !== source.sourceHash) {
    throw new Failure("source_broken", {}, "file was cut");
  }
  const freshUntil = truncated ? Math.min(source.freshUntil, app.now() + TRUNCATED_FRESH_MS) : source.freshUntil;
  const cut = truncated || source.truncated;
  const whole = cut ? {} : shows;
  const { source: address, final, variant, sourceHash, generation, storedAt } = source;
  const from = { source: address, final, variant, sourceHash, generation, storedAt, freshUntil };
  const isShort = (request.transform.maxFrames ?? 1) > 1 && rendition.frames < header.frames;
  const shortened = isShort ? { sourceFrames: header.frames } : {};
  const stored = await toStored(rendition, { ...from, cut, ...whole, ...shortened });
  return { stored, header, look: showsAll && !cut ? (rendition.look ?? null) : null };
}

/** The source's file as a rendition. */
function asItIs({ bytes, truncated }: FetchedBytes, header: Header, format: OutputFormat): Rendition {
  const { width, height, frames } = header;
  return {
    bytes,
    format,
    width,
    height,
    frames,
    source: header,
    truncated,
    stages: { decode: 0, resize: 0, encode: 0 },
  };
}

/** Whether the source's own file is an animation. Of another size of it only the address tells. */
function mayHaveFrames({ variant, source }: FetchedBytes, { frames }: Header): boolean {
  return frames > 1 || (variant !== ORIGINAL && mayMove(source));
}

type SlotOrder = Pick<RenderOrder, "bytes" | "transform" | "format" | "analyse"> &
  Required<Pick<RenderOrder, "source">>;

/**
 * Runs the engine when the render slot is free, and writes down its stages. The heavy Worker comes before it, and for AVIF
 * after it: while that works, the slot is free for others. Throws Failure.
 */
export async function renderInSlot(order: SlotOrder, app: App, caller: Caller, job: Job): Promise<Rendition> {
  const rendition =
    order.format === "avif"
      ? await renderAvif(order, app, caller, job)
      : await inSlot(order, app, caller, job, renderImage);
  for (const stage of ["decode", "resize", "encode"] as const) addStage(job.trace, stage, rendition.stages[stage]);
  return rendition;
}

async function renderAvif(order: SlotOrder, app: App, caller: Caller, job: Job): Promise<Rendition> {
  const { pixels, quality, finish } = await drawInSlot(order, app, caller, job);
  const { file } = await encodeInHeavy(pixels, { quality }, app, job);
  if (file === null) throw new Error("no AVIF came of an order without bounds");
  return finish(file);
}

/** The pixels alone, for an encoder elsewhere. Throws Failure. */
export function drawInSlot(order: SlotOrder, app: App, caller: Caller, job: Job): Promise<Drawn> {
  return inSlot(order, app, caller, job, drawImage);
}

async function inSlot<T>(
  order: SlotOrder,
  app: App,
  caller: Caller,
  job: Job,
  engine: (order: ImageOrder) => Promise<T>,
): Promise<T> {
  const { config, now, state } = app;
  const { trace, priority } = job;
  const watermark = await watermarkFile(order.transform, app, caller, job);
  const decoded = await decodeHeavy(order, app, job);
  const asked = now();
  return state.renderSlot(config).run(1, priority, async () => {
    // Renders of a page would follow each other without a pause. What the earlier ones have to send goes out first.
    await pause();
    addStage(trace, "queue", now() - asked);
    return engine({ ...order, ...decoded, watermark, limits: config, pause });
  });
}

/** Lets the isolate do what else is due, such as sending. */
function pause(): Promise<void> {
  return new Promise((turn) => setTimeout(turn, 0));
}

/**
 * A rendition as it is stored. `storedAt` is that of the bytes it was made from: made today from an original of yesterday
 * it is of yesterday, and outdated as soon as the source's metadata knows of other bytes since.
 */
export async function toStored(
  { bytes, format, width, height, frames }: Rendition,
  from: Provenance & Pick<StoredMeta, "cut" | "whole" | "sourceFrames">,
): Promise<Stored> {
  const { source, final, variant, sourceHash, generation, storedAt, freshUntil, cut, whole, sourceFrames } = from;
  const meta = {
    ...{ source, final, variant, sourceHash, generation, storedAt, freshUntil, cut },
    ...{ etag: await variantEtag(bytes), format, width, height, frames, maker: makerOf(format) },
    ...(whole === undefined ? {} : { whole }),
    ...(sourceFrames === undefined ? {} : { sourceFrames }),
  };
  return { bytes, meta };
}

/** The format to make: what is asked for, else by Accept class; a picture with alpha becomes JPEG only if asked to. */
export function formatFor(
  request: Pick<RenditionRequest, "transform" | "accept">,
  header: Pick<Header, "alpha">,
): OutputFormat {
  const { format, background, extendColour } = request.transform;
  if (format !== "auto") return format;
  const isTransparent = header.alpha || (hasCanvas(request.transform) && extendColour === null);
  return formatForClass(request.accept, isTransparent && background === null);
}

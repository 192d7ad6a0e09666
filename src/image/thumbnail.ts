/** A request's rendition of a source's bytes: the engine, behind the gate that lets one picture in at a time. */
import { variantEtag } from "../cache/key.ts";
import type { Stored } from "../cache/tier.ts";
import { asFailure, Failure } from "../errors.ts";
import type { MakeOrder } from "../make.ts";
import type { SourceBytes } from "../origin/source.ts";
import type { ImageRequest, OutputFormat } from "../request/imageRequest.ts";
import { addStage } from "../telemetry.ts";
import { readHeader } from "./header.ts";
import { headerOf, renderImage } from "./pipeline.ts";
import type { Header } from "./rendition.ts";

/** What was made, and the header of what it was made from. */
export type Thumbnail = {
  readonly stored: Stored;
  readonly header: Header;
  /** The file ended early, by its transfer or by what its decoder met: it is no version of the source to go by. */
  readonly cut: boolean;
};

/** How long a picture that was cut off stays fresh. */
const TRUNCATED_FRESH_MS = 60_000;

/** Source bytes -> rendition with its metadata. Throws Failure; what cannot be read because it was cut is broken. */
export async function thumbnail(source: SourceBytes, order: MakeOrder): Promise<Thumbnail> {
  try {
    return await rendered(source, order);
  } catch (error) {
    throw source.truncated ? new Failure("source_broken", {}, asFailure(error).reason) : error;
  }
}

async function rendered(source: SourceBytes, { wanted, scope, held }: MakeOrder): Promise<Thumbnail> {
  const { config, trace, now, isolate, warming } = scope;
  const header = headerOf(readHeader(source.bytes));
  const order = {
    bytes: source.bytes,
    transform: wanted.transform,
    format: formatFor(wanted, header),
    limits: config,
    engine: config.engine,
  };
  const waited = now();
  const rendition = await isolate.turns(config).run(1, warming ? "warm" : "user", () => {
    addStage(trace, "queue", now() - waited);
    return renderImage(order);
  });
  for (const stage of ["decode", "resize", "encode"] as const) addStage(trace, stage, rendition.stages[stage]);
  const { bytes, format, width, height, truncated } = rendition;
  // The transfer looked whole (a wrong Content-Length), the file is not: the whole picture in hand stays.
  if (truncated && held !== null && held.meta.v !== source.v) throw new Failure("source_broken", {}, "file was cut");
  const at = now();
  const freshUntil = truncated ? Math.min(source.freshUntil, at + TRUNCATED_FRESH_MS) : source.freshUntil;
  const etag = await variantEtag(bytes);
  const meta = { source: wanted.source, v: source.v, etag, format, width, height, storedAt: at, freshUntil };
  return { stored: { bytes, meta }, header, cut: truncated || source.truncated };
}

/** The format to make: what is asked for, else by Accept class; a picture with alpha becomes JPEG only if asked to. */
export function formatFor(
  wanted: Pick<ImageRequest, "transform" | "accept">,
  header: Pick<Header, "alpha">,
): OutputFormat {
  if (wanted.transform.format !== "auto") return wanted.transform.format;
  if (wanted.accept !== "base") return "webp";
  return header.alpha && wanted.transform.background === null ? "png" : "jpeg";
}

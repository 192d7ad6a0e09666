/** A request's rendition of a source's bytes: the engine, behind the gate that lets one picture in at a time. */
import { variantEtag } from "../cache/key.ts";
import type { Stored } from "../cache/tier.ts";
import type { MakeOrder } from "../make.ts";
import type { SourceBytes } from "../origin/source.ts";
import type { ImageRequest, OutputFormat } from "../request/imageRequest.ts";
import { addStage } from "../telemetry.ts";
import { readHeader } from "./header.ts";
import { headerOf, renderImage } from "./pipeline.ts";
import type { Header } from "./rendition.ts";

/** What was made, and the header of what it was made from. */
export type Thumbnail = { readonly stored: Stored; readonly header: Header };

/** How long a picture that was cut off stays fresh. */
const TRUNCATED_FRESH_MS = 60_000;

/** Source bytes -> rendition with its metadata. Throws Failure. */
export async function thumbnail(source: SourceBytes, { wanted, scope }: MakeOrder): Promise<Thumbnail> {
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
  const at = now();
  const freshUntil = truncated ? Math.min(source.freshUntil, at + TRUNCATED_FRESH_MS) : source.freshUntil;
  const etag = await variantEtag(bytes);
  const meta = { source: wanted.source, v: source.v, etag, format, width, height, storedAt: at, freshUntil };
  return { stored: { bytes, meta }, header };
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

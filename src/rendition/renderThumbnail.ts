/** A request's rendition of a source's bytes: the engine, behind the gate that lets one picture in at a time. */

import type { Scope } from "../context/scope.ts";
import { asFailure, Failure } from "../errors.ts";
import { formatForClass } from "../image/formats/registry.ts";
import { type Header, headerOf } from "../image/header.ts";
import { readHeader } from "../image/readHeader.ts";
import { renderImage } from "../image/renderImage.ts";
import type { RenderOrder, Rendition } from "../image/rendition.ts";
import type { ImageRequest, OutputFormat } from "../request/imageRequest.ts";
import { variantEtag } from "../store/key.ts";
import { isShared } from "../store/negative.ts";
import type { Stored, StoredMeta } from "../store/tiers/tier.ts";
import { addStage } from "../telemetry.ts";
import { wholeOf } from "./chooseParent.ts";
import type { SourceBytes } from "./fetchOriginal.ts";

/** What was made, and the header of what it was made from. */
export type Thumbnail = {
  readonly stored: Stored;
  readonly header: Header;
  /** The file ended early, by its transfer or by what its decoder met: it is no version of the source to go by. */
  readonly cut: boolean;
};

/** How long a picture that was cut off stays fresh. */
const TRUNCATED_FRESH_MS = 60_000;

type Wanted = Pick<ImageRequest, "source" | "transform" | "accept">;

/**
 * Source bytes -> rendition with its metadata. `held` is the picture in hand, if any: half a new one never takes its
 * place. Throws Failure; what cannot be read because it was cut is broken, while a wish that is refused is refused.
 */
export async function thumbnail(
  source: SourceBytes,
  wanted: Wanted,
  scope: Scope,
  held: Stored | null = null,
): Promise<Thumbnail> {
  try {
    return await rendered(source, wanted, scope, held);
  } catch (error) {
    const { reason } = asFailure(error);
    throw source.truncated && isShared(reason) ? new Failure("source_broken", {}, reason) : error;
  }
}

async function rendered(source: SourceBytes, wanted: Wanted, scope: Scope, held: Stored | null): Promise<Thumbnail> {
  const { bytes } = source;
  const parsed = readHeader(bytes);
  const header = headerOf(parsed);
  const format = formatFor(wanted, header);
  const rendition = await inTurn({ bytes, source: parsed, transform: wanted.transform, format }, scope);
  const { truncated } = rendition;
  // The transfer looked whole (a wrong Content-Length), the file is not: the whole picture in hand stays.
  if (truncated && held !== null && held.meta.v !== source.v) throw new Failure("source_broken", {}, "file was cut");
  const freshUntil = truncated ? Math.min(source.freshUntil, scope.now() + TRUNCATED_FRESH_MS) : source.freshUntil;
  const cut = truncated || source.truncated;
  const whole = cut ? {} : wholeOf(wanted.transform, format, header);
  const { v, storedAt } = source;
  const stored = await toStored(rendition, { source: wanted.source, v, storedAt, freshUntil, ...whole });
  return { stored, header, cut };
}

/** Runs the engine when it is this picture's turn, and writes down its stages. Throws Failure. */
export async function inTurn(
  order: Omit<RenderOrder, "limits">,
  { config, trace, now, isolate, priority }: Scope,
): Promise<Rendition> {
  const asked = now();
  const rendition = await isolate.turns(config).run(1, priority, () => {
    addStage(trace, "queue", now() - asked);
    return renderImage({ ...order, limits: config });
  });
  for (const stage of ["decode", "resize", "encode"] as const) addStage(trace, stage, rendition.stages[stage]);
  return rendition;
}

/**
 * What a rendition has of the bytes it was made from. `storedAt` too: made today from an original of yesterday it is of
 * yesterday, and outdated as soon as the facts have learnt of another version since.
 */
type Provenance = Pick<StoredMeta, "source" | "v" | "storedAt" | "freshUntil" | "whole">;

/** A rendition as it is stored. */
export async function toStored(rendition: Rendition, from: Provenance): Promise<Stored> {
  const { bytes, format, width, height } = rendition;
  return { bytes, meta: { ...from, etag: await variantEtag(bytes), format, width, height } };
}

/** The format to make: what is asked for, else by Accept class; a picture with alpha becomes JPEG only if asked to. */
export function formatFor(
  wanted: Pick<ImageRequest, "transform" | "accept">,
  header: Pick<Header, "alpha">,
): OutputFormat {
  if (wanted.transform.format !== "auto") return wanted.transform.format;
  return formatForClass(wanted.accept, header.alpha && wanted.transform.background === null);
}

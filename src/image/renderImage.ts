/** The engine: bytes and an order in, a thumbnail out. One function that reads as its steps. */
import { Failure } from "../errors.ts";
import { tapsOf } from "./analyse/taps.ts";
import { keptProfile } from "./colour/keptProfile.ts";
import { decode } from "./decode.ts";
import { withDecodeErrors } from "./decodeErrors.ts";
import { trimEngines } from "./engines.ts";
import { ENCODERS } from "./formats/codecs.ts";
import { type OutputFormat, outputOf } from "./formats/registry.ts";
import { headerOf } from "./header.ts";
import { decodeMark, type Mark, openMark } from "./mark.ts";
import { withRights } from "./metadata/keepRights.ts";
import { PROFILE_WRITERS } from "./metadata/withProfile.ts";
import { type Decoded, type Encode, type Picture, type Pixels, stillPicture } from "./picture.ts";
import { type Plan, planRender } from "./plan.ts";
import { type Opened, openFile } from "./readHeader.ts";
import { renderMoving } from "./renderMoving.ts";
import { type RenderOrder, type Rendition, startStopwatch } from "./rendition.ts";
import { MOST_SEEN, pictureOf, type Resolved, resolve } from "./resolve.ts";
import { type Seen, seeing, shrunk } from "./see.ts";
import { drawn } from "./steps/drawn.ts";
import { upright } from "./steps/orient.ts";
import { withinBytes } from "./withinBytes.ts";

type Encoders = Readonly<Record<OutputFormat, Encode>>;

/** `decoded`: what the heavy Worker gave for the plan's view, where that Worker is the one that decodes. `resolved`: what was
 * seen of the source before. */
export type ImageOrder = RenderOrder & { readonly decoded?: Decoded; readonly resolved?: Resolved };

/**
 * bytes + order -> thumbnail. Throws Failure (415, 413, 400 reasons; `internal` when the fault is ours), nothing else.
 * Engines work in memory of their own, so only one picture may be rendered at a time: callers hold the isolate's render
 * slot (context/isolateState.ts), which is the only lock around the engine.
 */
export async function renderImage(order: ImageOrder, encoders: Encoders = ENCODERS): Promise<Rendition> {
  try {
    return await withDecodeErrors((sourceDone) => render(order, encoders, sourceDone));
  } finally {
    trimEngines();
  }
}

async function opened({ bytes, source }: RenderOrder): Promise<Opened> {
  return source === undefined ? openFile(bytes) : { bytes, source };
}

async function render(order: ImageOrder, encoders: Encoders, sourceDone: () => void): Promise<Rendition> {
  const from = await planned(order);
  const { bytes, source, plan, clock } = from;
  const { encode } = plan;
  // Without loss there is no quality to lower.
  const most = outputOf(encode.format).abilities.quality ? order.transform.maxBytes : 0;
  if (plan.frames > 1) {
    const moving = await withinBytes(encode.quality, most, async (quality) => {
      const at = { ...plan, encode: { ...encode, quality } };
      const made = await renderMoving(bytes, source, at, clock, order.pause, from.mark, from.profile === null);
      if (made === null) return null;
      sourceDone();
      const { file, first: shown, frames, truncated } = made;
      return finish({ file, shown, frames, truncated }, from);
    });
    if (moving !== null) return moving;
  }
  const { picture, truncated } = await drawStill(from, sourceDone);
  return withinBytes(encode.quality, most, async (quality) => {
    const file = await encoders[encode.format](picture, { ...encode, quality });
    return finish({ file, shown: picture.frames[0].pixels, frames: 1, truncated }, from);
  });
}

/** The file, opened, and what is to be done with it. */
async function planned(order: ImageOrder): Promise<From> {
  const clock = startStopwatch();
  const { bytes, source } = await opened(order);
  const { limits } = order;
  const mark = await markOf(order);
  // A watermark is in sRGB, so the picture that it is drawn on is too.
  const keeps = order.transform.keepProfile && mark === null && PROFILE_WRITERS[order.format] !== null;
  const profile = keeps ? await keptProfile(source) : null;
  const see = seeing(bytes, source, clock, profile === null);
  const look = { transform: order.transform, limits, fileBytes: bytes.length, mostSeen: MOST_SEEN };
  const resolved = order.resolved ?? (await resolve(source, look, see, true));
  const { transform, area } = resolved;
  const plan = planRender(source, { ...order, transform, fileBytes: bytes.length, area, mark: mark?.size });
  const ready = plan.frames > 1 ? null : await pictureOf(source, resolved, plan);
  clock.lap("resize");
  const drawable = mark && plan.mark && (await decodeMark(mark, plan.mark, transform, limits, clock));
  return { bytes, source, plan, order, clock, profile, ready, mark: drawable };
}

/** The watermark that the transform asks for, opened. Throws Failure. */
async function markOf({ transform, watermark }: ImageOrder): Promise<Mark | null> {
  if (transform.watermark === null) return null;
  if (watermark === undefined) throw new Failure("watermark_failed", {}, "the order has no file of it");
  return openMark(watermark);
}

/** A picture whose pixels another Worker encodes. */
export type Drawn = {
  /** In memory of their own. */
  readonly pixels: Pixels;
  readonly quality: number;
  readonly truncated: boolean;
  /** What is made of the encoded file: the rendition, with the rights of the source. */
  readonly finish: (file: Uint8Array) => Promise<Rendition>;
};

/** The same as `renderImage` for a still, without its encoding. */
export async function drawImage(order: ImageOrder): Promise<Drawn> {
  try {
    return await withDecodeErrors(async (sourceDone) => {
      const from = await planned(order);
      const { picture, truncated } = await drawStill(from, sourceDone);
      const shown = { ...picture.frames[0].pixels, data: picture.frames[0].pixels.data.slice() };
      const { quality } = from.plan.encode;
      return {
        pixels: shown,
        quality,
        truncated,
        finish: (file) => finish({ file, shown, frames: 1, truncated }, from),
      };
    });
  } finally {
    trimEngines();
  }
}

/** The result's pixels: decoded, converted, turned, drawn on. */
async function drawStill(
  { bytes, source, plan, order, clock, profile, ready, mark }: From,
  sourceDone: () => void,
): Promise<{ readonly picture: Picture; readonly truncated: boolean }> {
  const { pixels, truncated } = ready ?? (await seen());
  sourceDone();
  const picture = stillPicture(drawn(pixels, plan, mark));
  clock.lap("resize");
  return { picture, truncated };

  async function seen(): Promise<Seen> {
    const given = order.decoded ?? (await decode(plan.decoders, bytes, source, plan, clock));
    const stored = await shrunk(given, source, plan, profile === null);
    return { ...stored, pixels: upright(stored.pixels, plan.orientation) };
  }
}

/** What was encoded. `shown`: the first frame. */
type Made = { readonly file: Uint8Array; readonly shown: Pixels; readonly frames: number; readonly truncated: boolean };

type From = Opened & {
  readonly plan: Plan;
  readonly order: ImageOrder;
  readonly clock: ReturnType<typeof startStopwatch>;
  /** The colour profile that the file keeps; null = its colours are sRGB. */
  readonly profile: Uint8Array | null;
  /** The picture before anything is drawn on it, where looking at the source has given it. */
  readonly ready: Seen | null;
  /** The watermark's pixels. */
  readonly mark: Pixels | null;
};

/** Metadata, and what is known of the result. */
async function finish({ file, shown, frames, truncated }: Made, from: From): Promise<Rendition> {
  const { bytes, source, plan, order, clock, profile } = from;
  const { format } = plan.encode;
  const { width, height } = shown;
  const rights = { bytes, format: source.format, transform: order.transform };
  const write = PROFILE_WRITERS[format];
  const profiled = profile === null || write === null ? file : await write(file, profile);
  const thumbnail = await withRights(profiled, { format, width, height }, rights);
  clock.lap("encode");
  const look = order.analyse === undefined ? {} : { look: tapsOf(shown, order.analyse) };
  const made = { bytes: thumbnail, format, width, height, frames, ...look };
  return { ...made, source: headerOf(source), truncated, stages: clock.stages() };
}

/** The engine: bytes and an order in, a thumbnail out. One function that reads as its steps. */
import { tapsOf } from "./analyse/taps.ts";
import { embeddedConversion } from "./colour/embedded.ts";
import { decode } from "./decode.ts";
import { withDecodeErrors } from "./decodeErrors.ts";
import { trimEngines } from "./engines.ts";
import { ENCODERS } from "./formats/codecs.ts";
import { type OutputFormat, outputOf } from "./formats/registry.ts";
import { headerOf } from "./header.ts";
import { withRights } from "./metadata/keepRights.ts";
import { type Decoded, type Encode, mapFrames, type Picture, type Pixels } from "./picture.ts";
import { type Plan, planRender } from "./plan.ts";
import { type Opened, openFile } from "./readHeader.ts";
import { renderMoving } from "./renderMoving.ts";
import { type RenderOrder, type Rendition, startStopwatch } from "./rendition.ts";
import { resizeWhole } from "./resize/whole.ts";
import { withAttention } from "./smartGravity.ts";
import { extend } from "./steps/extend.ts";
import { filter } from "./steps/filter.ts";
import { flatten } from "./steps/flatten.ts";
import { upright } from "./steps/orient.ts";
import { trimmedArea } from "./trimmedArea.ts";
import { withinBytes } from "./withinBytes.ts";

type Encoders = Readonly<Record<OutputFormat, Encode>>;

/** `decoded`: what the heavy Worker gave for the plan's view, where that Worker is the one that decodes. */
export type ImageOrder = RenderOrder & { readonly decoded?: Decoded };

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
      const made = await renderMoving(bytes, source, { ...plan, encode: { ...encode, quality } }, clock, order.pause);
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
  const area = await trimmedArea(bytes, source, order, clock);
  const transform = await withAttention(bytes, source, order, area, clock);
  const plan = planRender(source, { ...order, transform, fileBytes: bytes.length, area });
  return { bytes, source, plan, order, clock };
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

/** The result's pixels: decoded, converted, turned, flattened, extended. */
async function drawStill({ bytes, source, plan, order, clock }: From, sourceDone: () => void) {
  const given = order.decoded ?? (await decode(plan.decoders, bytes, source, plan, clock));
  const { picture: decoded, truncated, ...rest } = given;
  const convert = rest.convert === undefined ? await embeddedConversion(source) : rest.convert;
  if (convert !== null) for (const { pixels } of decoded.frames) convert(pixels.data);
  sourceDone();
  const { orientation, filters, background, canvas } = plan;
  const shrunk = plan.shrink === 1 ? decoded : await shrinkFrames(decoded, plan.shrink);
  const turned = mapFrames(shrunk, (pixels) => upright(pixels, orientation));
  const filtered = mapFrames(turned, (pixels) => filter(pixels, filters));
  const flat = background === null ? filtered : mapFrames(filtered, (pixels) => flatten(pixels, background));
  const picture = canvas === null ? flat : mapFrames(flat, (pixels) => extend(pixels, canvas));
  clock.lap("resize");
  return { picture, truncated };
}

/** What was encoded. `shown`: the first frame. */
type Made = { readonly file: Uint8Array; readonly shown: Pixels; readonly frames: number; readonly truncated: boolean };

type From = Opened & {
  readonly plan: Plan;
  readonly order: ImageOrder;
  readonly clock: ReturnType<typeof startStopwatch>;
};

/** Metadata, and what is known of the result. */
async function finish({ file, shown, frames, truncated }: Made, from: From): Promise<Rendition> {
  const { bytes, source, plan, order, clock } = from;
  const { format } = plan.encode;
  const { width, height } = shown;
  const rights = { bytes, format: source.format, transform: order.transform };
  const thumbnail = await withRights(file, { format, width, height }, rights);
  clock.lap("encode");
  const look = order.analyse === undefined ? {} : { look: tapsOf(shown, order.analyse) };
  const made = { bytes: thumbnail, format, width, height, frames, ...look };
  return { ...made, source: headerOf(source), truncated, stages: clock.stages() };
}

/** Every frame, smaller by a whole factor each way: the second pass of a very strong reduction. */
async function shrinkFrames(picture: Picture, factor: number): Promise<Picture> {
  const { width, height, frames } = picture;
  const whole = { left: 0, top: 0, width, height };
  const view = { window: whole, bounds: whole, width: width / factor, height: height / factor };
  const small = new Map<Pixels, Pixels>();
  for (const { pixels } of frames) small.set(pixels, await resizeWhole(pixels, picture, view));
  return mapFrames(picture, (pixels) => small.get(pixels) ?? pixels);
}

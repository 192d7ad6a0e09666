/** What trimming leaves of a source: a decode of its own, before the plan of the result. */
import { Failure } from "../errors.ts";
import { NOTHING_MORE, type Transform } from "../request/transform.ts";
import { embeddedConversion } from "./colour/embedded.ts";
import { decode } from "./decode.ts";
import { formatOf, isHeavy } from "./formats/registry.ts";
import type { Source } from "./header.ts";
import type { Rect } from "./picture.ts";
import { type Plan, planRender } from "./plan.ts";
import type { RenderOrder, Stopwatch } from "./rendition.ts";
import { findTrim } from "./steps/trim.ts";

/** Pixels that are looked at. Of a larger source every side is halved until it has no more. */
const MOST_PIXELS = 8_000_000;

/**
 * The part of the stored picture that is no border, in its pixels. Null: all of it, because nothing is to be trimmed or
 * everything has one colour. Of a source over 8 megapixels a smaller copy is looked at, so its edges are whole multiples of 2,
 * 4, … pixels. Throws Failure `option_invalid` for a source that the second Worker decodes.
 */
export async function trimmedArea(
  bytes: Uint8Array,
  source: Source,
  { transform, limits }: Pick<RenderOrder, "transform" | "limits">,
  clock: Stopwatch,
): Promise<Rect | null> {
  const { trim } = transform;
  if (trim === null) return null;
  if (isHeavy(source.format)) {
    const { label } = formatOf(source.format);
    throw new Failure("option_invalid", { option: "trim", value: `used on ${label}`, limit: "it is not decoded here" });
  }
  const { plan, factor } = planWhole(source, { transform, limits, fileBytes: bytes.length });
  const { picture, convert = await embeddedConversion(source) } = await decode(
    plan.decoders,
    bytes,
    source,
    plan,
    clock,
  );
  const { pixels } = picture.frames[0];
  convert?.(pixels.data);
  const found = findTrim(pixels, trim);
  clock.lap("resize");
  if (found === null) return null;
  const [left, top] = [found.left * factor, found.top * factor];
  const right = Math.min(source.width, (found.left + found.width) * factor);
  const bottom = Math.min(source.height, (found.top + found.height) * factor);
  return { left, top, width: right - left, height: bottom - top };
}

type Order = Pick<RenderOrder, "transform" | "limits"> & { readonly fileBytes: number };

/** The plan of the whole stored picture, as large as it is or smaller by `factor`. */
function planWhole(
  source: Source,
  { transform, limits, fileBytes }: Order,
): { readonly plan: Plan; readonly factor: number } {
  const huge = { ...limits, maxResultSide: Number.POSITIVE_INFINITY, maxResultPixels: Number.POSITIVE_INFINITY };
  for (let factor = 1; ; factor *= 2) {
    const [width, height] = [Math.ceil(source.width / factor), Math.ceil(source.height / factor)];
    if (width * height > MOST_PIXELS) continue;
    const whole = { ...transform, ...PLAIN, width, height };
    try {
      const plan = planRender(source, { transform: whole, format: "png", limits: huge, fileBytes });
      if (plan.shrink === 1) return { plan, factor };
      if (width * height === 1) throw new Failure("source_too_complex", { why: "it cannot be trimmed" });
    } catch (error) {
      const isSize = error instanceof Failure && error.reason === "result_too_large";
      if (!isSize || width * height === 1) throw error;
    }
  }
}

const PLAIN = {
  ...NOTHING_MORE,
  resize: "force",
  dpr: 1,
  enlarge: true,
  crop: null,
  autoRotate: false,
  rotate: 0,
  extend: null,
  maxFrames: 1,
} as const satisfies Partial<Transform>;

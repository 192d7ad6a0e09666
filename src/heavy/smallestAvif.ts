/** The smallest AVIF that is as like its pixels as another file is. The search counts encodes, not time. */
import { lumaOf, lumaSsim } from "../image/analyse/lumaSsim.ts";
import { decodeAvif } from "../image/formats/avif/decode.ts";
import { encodeTenBit } from "../image/formats/avif/encoder.ts";
import { avifHeader } from "../image/formats/avif/header.ts";
import { softChroma } from "../image/formats/avif/tenBit.ts";
import { type AvifAnswer, type AvifOrder, MAX_SEARCHED_PIXELS } from "../image/heavy.ts";
import type { Pixels } from "../image/picture.ts";
import { startStopwatch } from "../image/rendition.ts";

/** Qualities that are tried. WebP of quality 75 is as like as 54 to 60; three encodes find one of seven. */
export const QUALITIES = [46, 50, 53, 55, 57, 60, 64] as const;
const MAX_ENCODES = 3;

type Bounds = Exclude<AvifOrder, { readonly quality: number }>;

/** How often a picture of so many pixels may be encoded; 0 = it is too large. */
export function encodesFor(pixels: number): number {
  return Math.min(MAX_ENCODES, Math.floor(MAX_SEARCHED_PIXELS / pixels));
}

/**
 * Bisects the table for the lowest quality whose luma SSIM is at least `leastSsim`. `file` is null when none of those tried
 * reaches it in `mostBytes`.
 */
export async function smallestAvif(
  pixels: Pixels,
  { leastSsim, mostBytes }: Bounds,
): Promise<Omit<AvifAnswer, "milliseconds">> {
  const wanted = lumaOf(pixels);
  const softened = softChroma(pixels);
  const most = encodesFor(pixels.width * pixels.height);
  let [low, high, encodes] = [0, QUALITIES.length as number, 0];
  let best: { readonly file: Uint8Array; readonly quality: number } | null = null;
  while (low < high && encodes < most) {
    const middle = (low + high) >> 1;
    const quality = QUALITIES[middle] ?? QUALITIES[0];
    const file = await encodeTenBit(softened, quality);
    encodes++;
    const isLike = lumaSsim(wanted, lumaOf(await decoded(file))) >= leastSsim;
    // A higher quality takes more bytes.
    if (!isLike && file.length > mostBytes) break;
    if (isLike && file.length <= mostBytes) best = { file, quality };
    if (isLike) high = middle;
    else low = middle + 1;
  }
  return { ...(best ?? { file: null, quality: 0 }), encodes };
}

/** The pixels of a whole file of our encoder. */
async function decoded(file: Uint8Array): Promise<Pixels> {
  const source = avifHeader(file);
  const whole = { left: 0, top: 0, width: source.width, height: source.height };
  const view = { window: whole, bounds: whole, width: source.width, height: source.height };
  const { picture } = await decodeAvif(file, source, { view, dctScale: 8 }, startStopwatch());
  return picture.frames[0].pixels;
}

/** The tables for a page's samples of 16 bits and more, each taken as 16 bits: sample -> byte. */
import type { Convert } from "../../../colour/srgb.ts";
import { deepTones, type Tones } from "../../../colour/tones.ts";
import type { Source } from "../../../header.ts";
import type { TiffPage } from "../directory/page.ts";

/** `tones`: null keeps the upper byte. `rest`: what remains of the conversion to sRGB. */
export type PageTones = { readonly tones: Tones | null; readonly rest: Convert | null };

/**
 * Null when the bytes of the samples are converted later, as those of 8 bits are. So are integers that were multiplied by
 * alpha: they must be divided before a curve is applied. Floating point is taken as light, which is divided later.
 */
export async function pageTones(page: TiffPage, source: Source): Promise<PageTones | null> {
  const { model, bits, float, associated, inverted } = page;
  if (bits < 16) return null;
  if (model === "lab" && !float) return { tones: LAB, rest: null };
  if (model === "iccLab") return { tones: ICC_LAB, rest: null };
  if ((model !== "grey" && model !== "rgb") || (associated && !float)) return null;
  const { tones, rest } = await deepTones(source);
  if (tones === null || !inverted) return { tones, rest };
  const [red, green, blue] = tones;
  return { tones: [red.toReversed(), green.toReversed(), blue.toReversed()], rest };
}

/** L* 0 to 65535, a* and b* signed, 256 steps a unit -> bytes as in colour/lab.ts. */
const LAB = labTones(65_535, (sample) => (sample < 32_768 ? sample + 32_768 : sample - 32_768));
/** L* 0 to 65280, a* and b* from 32768 on (ICC.1:2004 annex A, encoding of 16 bits). */
const ICC_LAB = labTones(65_280, (sample) => sample);

function labTones(white: number, offset: (sample: number) => number): Tones {
  const table = (of: (sample: number) => number) =>
    Uint8Array.from({ length: 65_536 }, (_, sample) => Math.min(255, Math.round(of(sample))));
  const colour = table((sample) => offset(sample) / 256);
  return [table((sample) => (255 * sample) / white), colour, colour];
}

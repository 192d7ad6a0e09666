/** TIFF header: the directories of the first page and its smaller versions. No pixel is decoded. */
import { codePointProfile } from "../../colour/codePoints.ts";
import type { Header, Source } from "../../header.ts";
import type { Orientation } from "../exif.ts";
import { still } from "../still.ts";
import { TIFF } from "./descriptor.ts";
import { bytesOf, firstOf, openTiff } from "./directory/directory.ts";
import type { Model } from "./directory/kinds.ts";
import { readLevels } from "./directory/levels.ts";
import { TAG } from "./directory/tags.ts";

const COLOURS = {
  grey: "grey",
  palette: "palette",
  rgb: "rgb",
  ycc: "ycc",
  cmyk: "cmyk",
  lab: "lab",
  iccLab: "lab",
} as const satisfies Record<Model, Header["colour"]>;

/** Numbers of H.273: BT.709 has the primaries of sRGB. */
const SRGB_PRIMARIES = 1;
const LINEAR = 8;

/**
 * TIFF or BigTIFF bytes -> Source. Throws image_damaged, format_unsupported with the name of the kind, or
 * source_too_complex.
 */
export function tiffHeader(bytes: Uint8Array): Source {
  const tiff = openTiff(bytes);
  const file = readLevels(tiff, TIFF.input.maxPixels);
  const { page, first, levels } = file;
  const orientation = firstOf(tiff, first, TAG.orientation, 1);
  return {
    ...still("tiff", page.width, page.height, {
      alpha: page.alphaAt >= 0,
      colour: COLOURS[page.model],
      orientation: orientation >= 1 && orientation <= 8 ? (orientation as Orientation) : 1,
    }),
    depth: page.bits,
    icc: bytesOf(tiff, first, TAG.profile),
    // Floating point is light with the primaries of sRGB, unless an ICC profile says otherwise.
    profile: page.float ? codePointProfile(SRGB_PRIMARIES, LINEAR, page.model === "grey") : null,
    tiff: levels,
  };
}

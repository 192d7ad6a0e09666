/** What a source's own file says of itself: its header and its metadata. No pixel is decoded. */
import { blocksOf } from "./formats/codecs.ts";
import type { Orientation } from "./formats/exif.ts";
import type { FormatName } from "./formats/registry.ts";
import { type Header, headerOf } from "./header.ts";
import { type Exif, NO_EXIF, readExif } from "./metadata/exif.ts";
import { rightsOf, titleOf } from "./metadata/rights.ts";
import { openFile } from "./readHeader.ts";

/** Null: not known. Frames are counted only in a whole file, and not those of JPEG XL and AVIF. */
export type Facts = Omit<Exif, "artist" | "copyright"> & {
  /** As shown, with the orientation applied, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: FormatName;
  /** Length of the file. */
  readonly bytes: number | null;
  readonly orientation: Orientation;
  readonly alpha: boolean;
  readonly progressive: boolean;
  readonly colourSpace: Header["colour"];
  readonly frames: number | null;
  /** Of all frames together, once, in milliseconds, as browsers show them; 0 for a still. */
  readonly duration: number | null;
  /** How often the frames are shown, 0 = without end; 1 for a still. */
  readonly loop: number | null;
  readonly title: string | null;
  readonly artist: string | null;
  readonly copyright: string | null;
};

/** Formats of which a file holds one picture, so that its first part says how many frames there are. */
const STILL: ReadonlySet<FormatName> = new Set<FormatName>(["jpeg", "bmp", "tiff", "ico", "svg"]);

/**
 * Bytes of a file -> Facts. `total`: length of the file, of which the bytes may be the first part only; null = unknown.
 * Throws Failure as `openFile` does: of a first part `image_damaged` may mean that the header goes on behind it.
 */
export async function factsOf(bytes: Uint8Array, total: number | null): Promise<Facts> {
  const opened = await openFile(bytes);
  const header = headerOf(opened.source);
  const blocks = await blocksOf(header.format, opened.bytes);
  const { artist: _, copyright: __, ...taken } = blocks.exif === null ? NO_EXIF : readExif(blocks.exif);
  const { creator, copyright } = rightsOf(blocks);
  const knowsFrames = opened.source.moves !== true && (total === bytes.length || STILL.has(header.format));
  const { durationMs, plays } = opened.source.animation ?? { durationMs: 0, plays: 1 };
  const { format, orientation, alpha, progressive, colour, frames } = header;
  return {
    ...uprightSize(header),
    ...{ format, bytes: total, orientation, alpha, progressive, colourSpace: colour },
    ...(knowsFrames ? { frames, duration: durationMs, loop: plays } : { frames: null, duration: null, loop: null }),
    ...taken,
    ...{ title: titleOf(blocks), artist: creator, copyright },
  };
}

/** Orientations from 5 on swap the sides (EXIF 2.32 4.6.4). */
function uprightSize({ width, height, orientation }: Header): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** ICO and CUR: the picture that suits the size asked for, through our readers of PNG and of bitmaps. */
import { Failure } from "../../../errors.ts";
import { embeddedConversion } from "../../colour/embedded.ts";
import { UnsupportedByDecoder } from "../../decodeErrors.ts";
import { type Decode, type DecodeCost, type Decoded, type DecodeOrder, stillPicture } from "../../picture.ts";
import type { Stopwatch } from "../../rendition.ts";
import { resizeRows } from "../bmp/rows.ts";
import { decodePng } from "../png/decode.ts";
import { pngHeader } from "../png/header.ts";
import { iconBitmap } from "./bitmap.ts";
import { chooseEntry, viewOn } from "./choose.ts";
import type { IconEntry } from "./directory.ts";

/**
 * Peak bytes for the largest picture, so for every other one too: the file, rows and the inflater's window, and the whole
 * frame, because a PNG in it may be interlaced.
 */
export function icoMemory({ source, fileBytes }: DecodeCost): number {
  return 500_000 + fileBytes + 250 * source.width + 4 * source.width * source.height;
}

/**
 * The picture to show has at least this many times the pixels of the result along each side, if there is one. The small
 * pictures of an icon are often other or older drawings than its large one, and a reduction by two looks as good.
 */
const OVERSIZE = 2;

/** One bad picture does not spoil an icon, but a file of bad ones ends soon. */
const MOST_TRIES = 3;

/**
 * ICO or CUR bytes -> the view's picture. Rows that a cut file does not have are transparent. When the chosen picture
 * cannot be decoded, the next best one is shown, and `truncated` says that the file is damaged. Throws what was wrong
 * with the first choice: image_damaged, or format_unsupported for a bitmap of a kind that we do not read.
 */
export const decodeIco: Decode = async (bytes, source, order, clock) => {
  let failure: unknown = new UnsupportedByDecoder("no directory was read");
  let left = source.ico ?? [];
  const { view } = order;
  const wanted = { ...view, width: OVERSIZE * view.width, height: OVERSIZE * view.height };
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const entry = chooseEntry(left, source, wanted);
    if (entry === null) break;
    try {
      const decoded = await decodeEntry(bytes, entry, { ...order, view: viewOn(view, source, entry) }, clock);
      return { ...decoded, truncated: decoded.truncated || tries > 0 };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (tries === 0) failure = error;
      left = left.filter((other) => other !== entry);
    }
  }
  throw failure;
};

async function decodeEntry(
  bytes: Uint8Array,
  entry: IconEntry,
  order: DecodeOrder,
  clock: Stopwatch,
): Promise<Decoded> {
  if (entry.kind === "png") {
    const png = bytes.subarray(entry.at);
    const source = pngHeader(png);
    const decoded = await decodePng(png, source, order, clock);
    // The icon's own header knows nothing of the profile in this picture.
    return decoded.convert === undefined ? { ...decoded, convert: await embeddedConversion(source) } : decoded;
  }
  const rows = iconBitmap(bytes, entry.at);
  const pixels = await resizeRows(rows, order.view);
  clock.lap("decode");
  return { picture: stillPicture(pixels), truncated: !rows.complete };
}

/** The orientation in EXIF data, which are a TIFF structure (EXIF 2.32 4.6.2; TIFF 6.0 section 2). */

/** EXIF orientation, 1..8 (TIFF 6.0 tag 0x0112). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const MAX_ENTRIES = 512;
/** The type of 32-bit integers (TIFF 6.0 section 2). */
const LONG = 4;

/** TIFF bytes (from "II" or "MM" on) -> orientation. 1 if it cannot be read or is out of range, as in browsers. */
export function exifOrientation(tiff: Uint8Array): Orientation {
  return readOrientation(tiff) ?? 1;
}

/**
 * The same, but null for bytes that are no TIFF structure with a directory. A file can have several EXIF blocks: the
 * first one that can be read counts, also when it names no orientation.
 */
export function readOrientation(tiff: Uint8Array): Orientation | null {
  if (tiff.length < 8) return null;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return null;
  const entries = Math.min(view.getUint16(directory, little), MAX_ENTRIES);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, little) !== ORIENTATION_TAG) continue;
    // The standard asks for SHORT. Some writers put a LONG.
    const value =
      view.getUint16(at + 2, little) === LONG ? view.getUint32(at + 8, little) : view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}

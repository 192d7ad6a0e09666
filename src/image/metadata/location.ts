/** Where a picture was taken, from EXIF (CIPA DC-008-2023 4.6.7). Read only for who asks for it. Nothing of it is trusted. */
import {
  bytesOf,
  type Directory,
  openTiff,
  readDirectory,
  type Tiff,
  valuesOf,
} from "../formats/tiff/directory/directory.ts";

const TAG = { gpsDirectory: 0x8825, latitudeRef: 1, latitude: 2, longitudeRef: 3, longitude: 4 } as const;

/** Six decimals of a degree are a tenth of a metre. */
const DECIMALS = 6;

/** TIFF bytes -> [latitude, longitude] in degrees, north and east positive; null = not said, or no place on Earth. Never throws. */
export function readLocation(bytes: Uint8Array): readonly [number, number] | null {
  try {
    const tiff = openTiff(bytes);
    const at = valuesOf(tiff, readDirectory(tiff, tiff.first), TAG.gpsDirectory)?.get(0);
    if (at === undefined) return null;
    const directory = readDirectory(tiff, at);
    const latitude = degrees(tiff, directory, TAG.latitude, TAG.latitudeRef, ["N", "S"], 90);
    const longitude = degrees(tiff, directory, TAG.longitude, TAG.longitudeRef, ["E", "W"], 180);
    // Cameras without a fix write zeroes.
    if (latitude === null || longitude === null || (latitude === 0 && longitude === 0)) return null;
    return [latitude, longitude];
  } catch {
    return null;
  }
}

/** Degrees, minutes and seconds as one number. `refs`: the letters of the positive and the negative half. */
function degrees(
  tiff: Tiff,
  directory: Directory,
  tag: number,
  refTag: number,
  [positive, negative]: readonly [string, string],
  most: number,
): number | null {
  const values = valuesOf(tiff, directory, tag);
  const ref = String.fromCharCode(bytesOf(tiff, directory, refTag)?.[0] ?? 0).toUpperCase();
  if (values === null || (ref !== positive && ref !== negative)) return null;
  const [whole = 0, minutes = 0, seconds = 0] = Array.from({ length: Math.min(3, values.length) }, (_, i) =>
    values.get(i),
  );
  // A rational may be 0/0: seconds that are not known.
  const [m, s] = [minutes, seconds].map((part) => (Number.isFinite(part) ? part : 0)) as [number, number];
  const value = whole + m / 60 + s / 3600;
  if (!Number.isFinite(value) || value < 0 || value > most) return null;
  return Number((ref === negative ? -value : value).toFixed(DECIMALS)) || 0;
}

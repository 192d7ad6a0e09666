/** EXIF: how a picture was taken, and whose it is (CIPA DC-008-2023, TIFF 6.0). Nothing of it is trusted. */
import {
  bytesOf,
  type Directory,
  openTiff,
  readDirectory,
  type Tiff,
  valuesOf,
} from "../formats/tiff/directory/directory.ts";
import { textOf, tidy } from "./blocks.ts";

/** Null: the file does not say, or what it says makes no sense. */
export type Exif = {
  /** Make and model of the camera. */
  readonly camera: string | null;
  /** Seconds. */
  readonly exposure: number | null;
  /** F-number. */
  readonly aperture: number | null;
  readonly iso: number | null;
  /** Millimetres, not converted to another film size. */
  readonly focalLength: number | null;
  /** ISO 8601 in the camera's own time, with its offset where the file has one. */
  readonly takenAt: string | null;
  readonly artist: string | null;
  readonly copyright: string | null;
};

export const NO_EXIF: Exif = {
  ...{ camera: null, exposure: null, aperture: null, iso: null, focalLength: null },
  ...{ takenAt: null, artist: null, copyright: null },
};

const TAG = {
  make: 0x010f,
  model: 0x0110,
  artist: 0x013b,
  copyright: 0x8298,
  exifDirectory: 0x8769,
  exposureTime: 0x829a,
  fNumber: 0x829d,
  iso: 0x8827,
  isoSpeed: 0x8833,
  takenAt: 0x9003,
  takenAtOffset: 0x9011,
  focalLength: 0x920a,
} as const;

/** A 16-bit ISO that says: see the tag with 32 bits (4.6.6.7). */
const ISO_ELSEWHERE = 65_535;

/** TIFF bytes -> Exif. What cannot be read is null; it never throws. */
export function readExif(bytes: Uint8Array): Exif {
  const first = attempt(() => {
    const tiff = openTiff(bytes);
    return { tiff, directory: readDirectory(tiff, tiff.first) };
  });
  if (first === null) return NO_EXIF;
  const { tiff, directory } = first;
  const at = valuesOf(tiff, directory, TAG.exifDirectory)?.get(0) ?? 0;
  const inner = attempt(() => readDirectory(tiff, at)) ?? { fields: new Map(), next: 0 };
  const positive = (tag: number) => {
    const value = valuesOf(tiff, inner, tag)?.get(0) ?? 0;
    return Number.isFinite(value) && value > 0 ? rounded(value) : null;
  };
  const iso = positive(TAG.iso);
  return {
    camera: cameraOf(text(tiff, directory, TAG.make), text(tiff, directory, TAG.model)),
    exposure: positive(TAG.exposureTime),
    aperture: positive(TAG.fNumber),
    iso: iso === ISO_ELSEWHERE ? (positive(TAG.isoSpeed) ?? iso) : iso,
    focalLength: positive(TAG.focalLength),
    takenAt: timeOf(text(tiff, inner, TAG.takenAt), text(tiff, inner, TAG.takenAtOffset)),
    artist: text(tiff, directory, TAG.artist),
    copyright: text(tiff, directory, TAG.copyright),
  };
}

/** Six significant digits: 1/250 is 0.004, and 10/1250 too. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** The text of a field. A copyright has two parts, the photographer's and the editor's, with a NUL between them. */
function text(tiff: Tiff, directory: Directory, tag: number): string | null {
  const bytes = bytesOf(tiff, directory, tag);
  if (bytes === null) return null;
  const parts = textOf(bytes)
    .split("\0")
    .flatMap((part) => tidy(part) ?? []);
  return tidy((tag === TAG.copyright ? parts.slice(0, 2) : parts.slice(0, 1)).join(", "));
}

/** Most makers begin the model with their name. */
function cameraOf(make: string | null, model: string | null): string | null {
  if (make === null || model === null) return model ?? make;
  const [brand = ""] = make.toLowerCase().split(" ");
  return model.toLowerCase().startsWith(brand) ? model : `${make} ${model}`;
}

/** `2017:03:15 11:56:05` and `+02:00` -> `2017-03-15T11:56:05+02:00`. */
function timeOf(time: string | null, offset: string | null): string | null {
  const [, year, month, day, clock] = /^(\d{4})[:-](\d{2})[:-](\d{2})[ T](\d{2}:\d{2}:\d{2})/.exec(time ?? "") ?? [];
  const local = `${year}-${month}-${day}T${clock}`;
  const at = Date.parse(`${local}Z`);
  // The day 31 of a short month would be read as one of the next.
  if (Number.isNaN(at) || year === "0000" || new Date(at).toISOString().slice(0, 19) !== local) return null;
  return local + (/^[+-]\d{2}:\d{2}$|^Z$/.test(offset ?? "") ? offset : "");
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

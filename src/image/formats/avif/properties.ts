/** Properties of the items of a HEIF file (ISO/IEC 23008-12 6.5, 9.3), and what they say of an AVIF's picture. */
import { damaged, type Reader } from "../byteReader.ts";
import type { Orientation } from "../exif.ts";
import { type Box, boxesIn, boxOf, FULL } from "./boxes.ts";

/** A part of the coded picture, in pixels. */
export type Crop = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** The sides that are coded, and the part of them that is the picture (null = all of it). */
export type Coding = {
  readonly coded: { readonly width: number; readonly height: number };
  readonly crop: Crop | null;
};

/** What the properties of the primary picture say. Sides are those that are coded, in pixels. */
export type Properties = {
  readonly width: number;
  readonly height: number;
  /** Bits a sample. */
  readonly depth: number;
  readonly grey: boolean;
  /** Chroma has as many samples as luma. */
  readonly fullChroma: boolean;
  readonly alpha: boolean;
  /** The part that is shown (`clap`), or null for all of it. */
  readonly crop: Crop | null;
  readonly orientation: Orientation;
  readonly icc: Uint8Array | null;
};

const MAX_ITEMS = 4_096;
const ALPHA = ["urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1"];

/** A `meta` box -> the properties of its primary item. Throws image_damaged. */
export function readProperties(read: Reader, meta: Box): Properties {
  const inside = boxesIn(read, meta.from + FULL, meta.to);
  const primary = boxOf(inside, "pitm");
  const holder = boxOf(inside, "iprp");
  if (primary === null || holder === null) throw damaged("it names no picture");
  const id = read.u8(primary.from) === 0 ? read.u16(primary.from + FULL) : read.u32(primary.from + FULL);
  const parts = boxesIn(read, holder.from, holder.to);
  const container = boxOf(parts, "ipco");
  if (container === null) throw damaged("it has no properties");
  const all = boxesIn(read, container.from, container.to);
  const own = parts.filter(({ type }) => type === "ipma").flatMap((box) => associated(read, box, id));
  return propertiesOf(
    read,
    own.flatMap((index) => all[index - 1] ?? []),
    all,
  );
}

/** The numbers, from 1 on, of the properties that an `ipma` box gives an item. */
function associated(read: Reader, box: Box, wanted: number): readonly number[] {
  const version = read.u8(box.from);
  const isWide = (read.u8(box.from + 3) & 1) === 1;
  const entries = Math.min(read.u32(box.from + FULL), MAX_ITEMS);
  let at = box.from + FULL + 4;
  for (let i = 0; i < entries && at < box.to; i++) {
    const id = version === 0 ? read.u16(at) : read.u32(at);
    at += version === 0 ? 2 : 4;
    const count = read.u8(at);
    const size = isWide ? 2 : 1;
    if (id === wanted) {
      // The highest bit says that the property is essential.
      return Array.from({ length: count }, (_, k) =>
        isWide ? read.u16(at + 1 + 2 * k) & 0x7fff : read.u8(at + 1 + k) & 0x7f,
      );
    }
    at += 1 + count * size;
  }
  return [];
}

/** `own`: those of the primary item, in order. `all`: also those of its tiles and of its alpha plane. */
export function propertiesOf(read: Reader, own: readonly Box[], all: readonly Box[]): Properties {
  const extent = boxOf(own, "ispe");
  if (extent === null) throw damaged("it does not say its size");
  const [width, height] = [read.u32(extent.from + FULL), read.u32(extent.from + FULL + 4)];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  const profile = own.find(({ type, from }) => type === "colr" && ["prof", "rICC"].includes(read.tag(from)));
  return {
    ...{ width, height, ...codingOf(read, boxOf(own, "av1C") ?? boxOf(all, "av1C")) },
    alpha: all.some((box) => box.type === "auxC" && isAlpha(read, box)),
    crop: cropOf(read, boxOf(own, "clap"), width, height),
    orientation: orientationOf(read, own),
    icc: profile === undefined ? null : read.slice(profile.from + 4, profile.to - profile.from - 4),
  };
}

/** `av1C` (AV1 Codec ISO Media File Format Binding 2.3). */
export function codingOf(read: Reader, box: Box | null): Pick<Properties, "depth" | "grey" | "fullChroma"> {
  if (box === null) return { depth: 8, grey: false, fullChroma: true };
  const bits = read.u8(box.from + 2);
  const depth = (bits & 0x40) === 0 ? 8 : (bits & 0x20) === 0 ? 10 : 12;
  return { depth, grey: (bits & 0x10) !== 0, fullChroma: (bits & 0x0c) === 0 };
}

function isAlpha(read: Reader, box: Box): boolean {
  const text = String.fromCharCode(...read.slice(box.from + FULL, Math.min(64, box.to - box.from - FULL)));
  return ALPHA.some((name) => text.startsWith(name));
}

/** The clean aperture (ISO/IEC 14496-12 12.1.4). libavif refuses one that is not within the picture. */
function cropOf(read: Reader, box: Box | null, width: number, height: number): Crop | null {
  if (box === null) return null;
  const ratio = (at: number) => (read.u32(box.from + at) | 0) / (read.u32(box.from + at + 4) || Number.NaN);
  const [across, down] = [Math.round(ratio(0)), Math.round(ratio(8))];
  const left = Math.round((width - across) / 2 + ratio(16));
  const top = Math.round((height - down) / 2 + ratio(24));
  const isInside = across >= 1 && down >= 1 && left >= 0 && top >= 0 && left + across <= width && top + down <= height;
  return isInside ? { left, top, width: across, height: down } : null;
}

/** By quarter turns anticlockwise, then: not mirrored, top and bottom exchanged, left and right exchanged. */
const ORIENTATIONS: readonly (readonly [Orientation, Orientation, Orientation])[] = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
];

/** `irot` and `imir`, which MIAF has in this order (ISO/IEC 23000-22 7.3.6.7). */
function orientationOf(read: Reader, own: readonly Box[]): Orientation {
  const [turn, mirror] = [boxOf(own, "irot"), boxOf(own, "imir")];
  const quarters = turn === null ? 0 : read.u8(turn.from) & 3;
  const axis = mirror === null ? 0 : 1 + (read.u8(mirror.from) & 1);
  return ORIENTATIONS[quarters]?.[axis] ?? 1;
}

/** The header of an AVIF (AVIF 1.1): of a still its primary item, of a sequence its first track. */
import type { Source } from "../../header.ts";
import { damaged, type Reader } from "../byteReader.ts";
import { pixelsInMemory } from "../heavyMemory.ts";
import { still } from "../still.ts";
import { type Box, boxesIn, boxOf, boxReader, FULL } from "./boxes.ts";
import { codingOf, type Properties, readProperties } from "./properties.ts";

/** AVIF bytes -> Source. Its sides are those of the part that is shown, before it is turned. Throws Failure. */
export function avifHeader(bytes: Uint8Array): Source {
  const read = boxReader(bytes);
  const top = boxesIn(read, 0, bytes.length);
  const [meta, movie] = [boxOf(top, "meta"), boxOf(top, "moov")];
  const isSequence = movie !== null && (meta === null || read.tag(8) === "avis");
  const properties = isSequence ? trackOf(read, movie) : meta === null ? null : readProperties(read, meta);
  if (properties === null) throw damaged("it has no picture");
  const { crop, alpha, orientation, depth, icc, grey } = properties;
  const { width, height } = crop ?? properties;
  const source = still("avif", width, height, { alpha, orientation, colour: grey ? "grey" : "rgb" });
  const coded = { width: properties.width, height: properties.height };
  return {
    ...source,
    depth,
    icc,
    moves: isSequence,
    mostPixels: mostPixels(properties, bytes.length),
    avif: { coded, crop },
  };
}

/** The first track with AV1 samples. Its alpha is a track of its own. */
function trackOf(read: Reader, movie: Box): Properties | null {
  const tracks = boxesIn(read, movie.from, movie.to).filter(({ type }) => type === "trak");
  const samples = tracks.map((track) => sampleEntry(read, track));
  const first = samples.find((entry) => entry !== null) ?? null;
  if (first === null) return null;
  const [width, height] = [read.u16(first.from + 24), read.u16(first.from + 26)];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  const inside = boxesIn(read, first.from + 78, first.to);
  const alpha = samples.filter((entry) => entry !== null).length > 1;
  return { width, height, ...codingOf(read, boxOf(inside, "av1C")), alpha, crop: null, orientation: 1, icc: null };
}

/** `av01` in the sample description of a track (ISO/IEC 14496-12 8.5.2), or null. */
function sampleEntry(read: Reader, track: Box): Box | null {
  let box: Box | null = track;
  for (const type of ["mdia", "minf", "stbl", "stsd"]) {
    if (box === null) return null;
    box = boxOf(boxesIn(read, box.from, box.to), type);
  }
  return box === null ? null : boxOf(boxesIn(read, box.from + FULL + 4, box.to), "av01");
}

/** The engine as it starts, code and other data. */
const FIXED_BYTES = 24_000_000;
/** The pixels of a result of full size. */
const RESULT_BYTES = 4;

/** As measured with @jsquash/avif 2.1.1. */
function mostPixels({ depth, fullChroma, alpha }: Properties, fileBytes: number): number {
  const isDeep = depth > 8;
  const coded = (isDeep ? (fullChroma ? 26 : 20.5) : fullChroma ? 18.5 : 13.5) + (alpha ? (isDeep ? 18 : 16) : 0);
  return pixelsInMemory({ fixed: FIXED_BYTES, files: 1, perPixel: coded + RESULT_BYTES }, fileBytes);
}

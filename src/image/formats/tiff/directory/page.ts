/** One picture of a TIFF: what its directory says, checked, and its strips or tiles. */
import { damaged } from "../../byteReader.ts";
import { bytesOf, type Directory, firstOf, listOf, type Tiff, type Values, valuesOf } from "./directory.ts";
import {
  type Coding,
  codingOf,
  isFloat,
  type Model,
  modelOf,
  type Predictor,
  predictorOf,
  unsupported,
} from "./kinds.ts";
import { readPalette } from "./palette.ts";
import { TAG } from "./tags.ts";

/** Where the strips or tiles are. A strip is as wide as the picture. */
export type Segments = {
  readonly tiled: boolean;
  readonly width: number;
  readonly height: number;
  /** Segments side by side, and below each other. A picture with planes has so many for each plane. */
  readonly across: number;
  readonly down: number;
  readonly offsets: Values;
  /** Null: the file does not say how long they are. */
  readonly lengths: Values | null;
};

export type TiffPage = {
  readonly width: number;
  readonly height: number;
  readonly little: boolean;
  readonly model: Model;
  /** Samples of a pixel, with alpha and others. */
  readonly samples: number;
  /** Bits of a sample: 1 to 16, 24 or 32; of floating point 16, 24, 32 or 64. */
  readonly bits: number;
  /** Samples are floating point: 0 is black, 1 is white. */
  readonly float: boolean;
  /** Low values are light (WhiteIsZero). */
  readonly inverted: boolean;
  /** The sample that is alpha, or -1. `associated`: colours are multiplied by it. */
  readonly alphaAt: number;
  readonly associated: boolean;
  readonly coding: Coding;
  readonly predictor: Predictor;
  /** Bits within bytes are in reverse order. */
  readonly reversed: boolean;
  /** Samples are stored in planes, each with segments of its own. */
  readonly planar: boolean;
  readonly segments: Segments;
  /** 256 RGBA words of a palette picture. */
  readonly palette: Uint32Array | null;
  /** Of YCbCr: luma samples for a chroma sample, and the share of red, green and blue in luma. */
  readonly subsampling: readonly [across: number, down: number];
  readonly luma: readonly [red: number, green: number, blue: number];
  /** Of YCbCr: the values for black and white of luma, and for the zero and the end of both chromas. */
  readonly range: readonly number[];
  /** Tables for all JPEG segments. */
  readonly jpegTables: Uint8Array | null;
  /** T4Options: bit 0 two dimensions. */
  readonly faxOptions: number;
};

const MAX_SIDE = 2 ** 31 - 1;
/** Samples of each model. */
export const COLOURS = { grey: 1, palette: 1, rgb: 3, ycc: 3, cmyk: 4, lab: 3, iccLab: 3 } as const satisfies Record<
  Model,
  number
>;
const FAX: readonly Coding[] = ["runs", "alignedRuns", "fax1", "fax4"];
/** More samples than any picture has; satellites have some 30 bands. */
const MOST_SAMPLES = 64;
const UNCOMPRESSED_FAX = 2;
const BT601 = [0.299, 0.587, 0.114] as const;
const FULL_RANGE = [0, 255, 128, 255, 128, 255] as const;
const SUBSAMPLINGS: readonly number[] = [1, 2, 4];

/** Directory -> page. Throws image_damaged, or format_unsupported with the name of the kind. */
export function readPage(tiff: Tiff, directory: Directory): TiffPage {
  const value = (tag: number, absent: number) => firstOf(tiff, directory, tag, absent);
  const list = (tag: number, most: number) => listOf(tiff, directory, tag, most);
  const [width, height] = [value(TAG.width, 0), value(TAG.height, 0)];
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) throw damaged(`size ${width}x${height}`);
  const coding = codingOf(value(TAG.compression, 1));
  const photometric = value(TAG.photometric, FAX.includes(coding) ? 0 : 1);
  const formats = list(TAG.sampleFormat, MOST_SAMPLES);
  const model = modelOf(photometric);
  const float = isFloat(formats, model);
  const depths = list(TAG.bits, MOST_SAMPLES).map(Math.floor);
  const samples = value(TAG.samples, Math.max(1, depths.length));
  const bits = depths[0] ?? 1;
  checkSamples(model, coding, samples, depths.length === 0 ? [1] : depths.slice(0, samples), float);
  if (model === "cmyk" && value(TAG.inkSet, 1) !== 1) throw unsupported("inks other than CMYK");
  const compressed = coding === "lzw" || coding === "deflate";
  const predictor = predictorOf(compressed ? value(TAG.predictor, 1) : 1, bits, float);
  const planar = value(TAG.planes, 1) === 2 && samples > 1;
  if (planar && coding === "jpeg") throw unsupported("planes of JPEG");
  const options = value(TAG.faxOptions, 0);
  if (coding === "fax1" && (options & UNCOMPRESSED_FAX) !== 0) throw unsupported("fax coding without compression");
  const subsampled = model === "ycc" && coding !== "jpeg" && coding !== "oldJpeg";
  const [h = 2, v = 2] = list(TAG.yccSubsampling, 2);
  if (subsampled && !(SUBSAMPLINGS.includes(h) && SUBSAMPLINGS.includes(v))) throw damaged(`subsampling ${h}x${v}`);
  if (planar && subsampled && h * v > 1) throw unsupported("planes of subsampled YCbCr");
  const extra = list(TAG.extraSamples, MOST_SAMPLES);
  const luma = list(TAG.yccCoefficients, 3);
  const range = list(TAG.blackAndWhite, 6);
  return {
    width,
    height,
    little: tiff.little,
    model,
    samples,
    bits,
    float,
    inverted: photometric === 0,
    ...alphaOf(model, samples, extra),
    coding,
    predictor,
    reversed: value(TAG.fillOrder, 1) === 2,
    planar,
    segments: readSegments(tiff, directory, { width, height, planes: planar ? samples : 1, coding }),
    palette: model === "palette" ? readPalette(valuesOf(tiff, directory, TAG.colourMap), bits) : null,
    subsampling: subsampled ? [h, v] : [1, 1],
    luma:
      luma.length === 3 && luma.every((share) => share > 0 && share < 1)
        ? [luma[0] ?? 0, luma[1] ?? 0, luma[2] ?? 0]
        : BT601,
    range: range.length === 6 ? range : FULL_RANGE,
    jpegTables: bytesOf(tiff, directory, TAG.jpegTables),
    faxOptions: options,
  };
}

function checkSamples(model: Model, coding: Coding, samples: number, depths: readonly number[], float: boolean): void {
  const bits = depths[0] ?? 1;
  if (depths.some((depth) => depth !== bits)) throw unsupported("samples of different depths");
  if (bits < 1 || samples < 1) throw damaged(`${samples} samples of ${bits} bits`);
  if (float && ![16, 24, 32, 64].includes(bits)) throw unsupported(`floating point of ${bits} bits`);
  if (!float && bits > 16 && bits !== 24 && bits !== 32) throw unsupported(`${bits} bits a sample`);
  if (samples > MOST_SAMPLES) throw unsupported(`${samples} samples a pixel`);
  if (samples < COLOURS[model]) throw damaged(`${samples} samples a pixel for ${model}`);
  if (model === "palette" && bits > 8) throw unsupported(`a palette of ${bits} bits`);
  if (FAX.includes(coding) && bits * samples !== 1) throw damaged(`fax coding with ${bits * samples} bits`);
  const eight = model === "ycc" || coding === "jpeg" || coding === "oldJpeg";
  if (eight && bits !== 8) throw unsupported(`${model === "ycc" ? "YCbCr" : "JPEG"} of ${bits} bits`);
  if (model === "ycc" && samples !== 3) throw unsupported(`YCbCr of ${samples} samples`);
  if (model !== "lab" && model !== "iccLab") return;
  if (eight) throw unsupported("JPEG of Lab");
  if (float ? model === "iccLab" : bits !== 8 && bits !== 16) {
    throw unsupported(`${model === "lab" ? "CIE" : "ICC"} Lab of ${bits} bits${float ? " floating point" : ""}`);
  }
}

/**
 * ExtraSamples: 1 associated alpha, 2 alpha, 0 or absent unknown. An unknown sample directly behind the colours counts as
 * alpha, as in libvips.
 */
function alphaOf(model: Model, samples: number, extra: readonly number[]): Pick<TiffPage, "alphaAt" | "associated"> {
  const colours = COLOURS[model];
  if (samples === colours || model === "cmyk" || model === "palette") return { alphaAt: -1, associated: false };
  const named = extra.findIndex((kind) => kind === 1 || kind === 2);
  if (named < 0 || colours + named >= samples)
    return { alphaAt: samples === colours + 1 ? colours : -1, associated: false };
  const light = model === "grey" || model === "rgb";
  return { alphaAt: colours + named, associated: light && extra[named] === 1 };
}

type Shape = { readonly width: number; readonly height: number; readonly planes: number; readonly coding: Coding };

function readSegments(tiff: Tiff, directory: Directory, { width, height, coding }: Shape): Segments {
  const values = (tag: number) => valuesOf(tiff, directory, tag);
  if (coding === "oldJpeg") {
    // The whole picture as one JPEG file. Files with only its tables there are refused.
    const offsets = values(TAG.oldJpegAt) ?? values(TAG.stripOffsets);
    if (offsets === null) throw unsupported("old-style JPEG");
    return { tiled: false, width, height, across: 1, down: 1, offsets, lengths: null };
  }
  const tileWidth = firstOf(tiff, directory, TAG.tileWidth, 0);
  const tileHeight = firstOf(tiff, directory, TAG.tileHeight, 0);
  const tiled = tileWidth > 0 && tileHeight > 0;
  const offsets = (tiled ? values(TAG.tileOffsets) : null) ?? values(TAG.stripOffsets) ?? values(TAG.tileOffsets);
  if (offsets === null) throw damaged("it does not say where its strips are");
  const lengths = (tiled ? values(TAG.tileBytes) : null) ?? values(TAG.stripBytes);
  const rows = firstOf(tiff, directory, TAG.rowsPerStrip, 0);
  const [across, down] = tiled ? [tileWidth, tileHeight] : [width, rows < 1 ? height : Math.min(rows, height)];
  return {
    tiled,
    width: across,
    height: down,
    across: Math.ceil(width / across),
    down: Math.ceil(height / down),
    offsets,
    lengths,
  };
}

/** What the numbers in a TIFF's directory mean, and the names of what is not decoded. */
import { Failure } from "../../../../errors.ts";

/** How strips and tiles are coded. `fax1` is T.4 with one dimension or two, `fax4` T.6, `runs` T.4 without EOLs. */
export type Coding =
  | "none"
  | "packBits"
  | "lzw"
  | "deflate"
  | "jpeg"
  | "oldJpeg"
  | "runs"
  | "alignedRuns"
  | "fax1"
  | "fax4";
/** What the samples are, without alpha. `lab` is CIE L*a*b* (TIFF 6.0, section 23), `iccLab` that of ICC profiles. */
export type Model = "grey" | "palette" | "rgb" | "ycc" | "cmyk" | "lab" | "iccLab";
/** How numbers stand for the samples of a row: as they are, as differences, or as differences of their bytes. */
export type Predictor = "none" | "differences" | "floatingPoint";

const CODINGS: Readonly<Record<number, Coding>> = {
  1: "none",
  2: "runs",
  3: "fax1",
  4: "fax4",
  5: "lzw",
  6: "oldJpeg",
  7: "jpeg",
  8: "deflate",
  32771: "alignedRuns",
  32773: "packBits",
  32946: "deflate",
};
const OTHER_CODINGS: Readonly<Record<number, string>> = {
  9: "JBIG",
  10: "JBIG",
  32766: "NeXT coding",
  32809: "ThunderScan coding",
  33003: "JPEG 2000",
  33005: "JPEG 2000",
  34661: "JBIG",
  34676: "SGI Log coding",
  34677: "SGI Log coding",
  34712: "JPEG 2000",
  34887: "LERC",
  34892: "lossy JPEG of a DNG",
  34925: "LZMA",
  50000: "Zstandard",
  50001: "WebP",
  50002: "JPEG XL",
  52546: "JPEG XL",
};

const MODELS: Readonly<Record<number, Model>> = {
  0: "grey",
  1: "grey",
  2: "rgb",
  3: "palette",
  5: "cmyk",
  6: "ycc",
  8: "lab",
  9: "iccLab",
};
const OTHER_MODELS: Readonly<Record<number, string>> = {
  4: "a transparency mask",
  10: "ITU Lab",
  32803: "a colour filter array",
  32844: "LogL",
  32845: "LogLuv",
  34892: "linear raw samples",
};

const SIGNED = 2;
const FLOAT = 3;
const OTHER_FORMATS: Readonly<Record<number, string>> = {
  2: "signed samples",
  5: "complex numbers",
  6: "complex numbers",
};

/** A kind of TIFF that is not decoded. The message of the answer names it. */
export function unsupported(what: string): Failure {
  return new Failure("format_unsupported", { value: `TIFF with ${what}` });
}

/** Throws format_unsupported for a coding that is not decoded. */
export function codingOf(compression: number): Coding {
  const coding = CODINGS[compression];
  if (coding === undefined) throw unsupported(OTHER_CODINGS[compression] ?? `compression ${compression}`);
  return coding;
}

/** Throws format_unsupported for colours that are not decoded. */
export function modelOf(photometric: number): Model {
  const model = MODELS[photometric];
  if (model === undefined) throw unsupported(OTHER_MODELS[photometric] ?? `photometric interpretation ${photometric}`);
  return model;
}

/**
 * Whether the samples are floating point, by their formats. "Undefined" is taken for an unsigned integer. Throws
 * format_unsupported for other formats; a* and b* are signed by nature, so there both words are right.
 */
export function isFloat(formats: readonly number[], model: Model): boolean {
  for (const format of formats) {
    const other = OTHER_FORMATS[format];
    if (other !== undefined && !(format === SIGNED && model === "lab")) throw unsupported(other);
  }
  const floats = formats.filter((format) => format === FLOAT).length;
  if (floats > 0 && floats < formats.length) throw unsupported("samples of different formats");
  return floats > 0;
}

const FLOATING_POINT = 3;

/** Throws format_unsupported for a predictor that does not suit the samples. */
export function predictorOf(predictor: number, bits: number, float: boolean): Predictor {
  if (predictor === FLOATING_POINT) {
    if (!float) throw unsupported("differences of floating point in integers");
    return "floatingPoint";
  }
  if (predictor !== 2) return "none";
  if (![8, 16, 32, 64].includes(bits)) throw unsupported(`differences of ${bits} bits`);
  return "differences";
}

/**
 * Every picture format that we recognise. Pure data: request, store, respond and the client derive their lists from it.
 * The code is in codecs.ts, one row for each name here.
 */
import { AVIF } from "./avif/descriptor.ts";
import { BMP } from "./bmp/descriptor.ts";
import { DDS } from "./dds/descriptor.ts";
import { ACCEPT_CLASSES, type AcceptClass, type FormatDescriptor, type FormatOutput } from "./descriptor.ts";
import { FARBFELD } from "./farbfeld/descriptor.ts";
import { GIF } from "./gif/descriptor.ts";
import { HEIC } from "./heic/descriptor.ts";
import { ICO } from "./ico/descriptor.ts";
import { JPEG } from "./jpeg/descriptor.ts";
import { JXL } from "./jxl/descriptor.ts";
import { PNG } from "./png/descriptor.ts";
import { PNM } from "./pnm/descriptor.ts";
import { RADIANCE } from "./radiance/descriptor.ts";
import { DJVU, JPEG2000, JPEGXR, MP4, PDF, POSTSCRIPT, PSD, QOI, VIDEO } from "./refused/descriptor.ts";
import { SVG } from "./svg/descriptor.ts";
import { TIFF } from "./tiff/descriptor.ts";
import { WEBP } from "./webp/descriptor.ts";

/** In the order in which sniff.ts tries them. */
export const FORMATS = {
  jpeg: JPEG,
  png: PNG,
  webp: WEBP,
  gif: GIF,
  bmp: BMP,
  tiff: TIFF,
  ico: ICO,
  avif: AVIF,
  heic: HEIC,
  jxl: JXL,
  pnm: PNM,
  farbfeld: FARBFELD,
  radiance: RADIANCE,
  dds: DDS,
  svg: SVG,
  jp2: JPEG2000,
  jxr: JPEGXR,
  qoi: QOI,
  pdf: PDF,
  postscript: POSTSCRIPT,
  djvu: DJVU,
  psd: PSD,
  mp4: MP4,
  video: VIDEO,
} as const satisfies Record<string, FormatDescriptor>;

type Formats = typeof FORMATS;

/** A format that we recognise by its bytes. */
export type FormatName = keyof Formats;
/** A format that we decode. */
export type InputFormat = { [F in FormatName]: Formats[F]["input"] extends null ? never : F }[FormatName];
/** A format that we write. */
export type OutputFormat = { [F in FormatName]: Formats[F]["output"] extends null ? never : F }[FormatName];
/** Every decoder that a descriptor names. */
export type DecoderName = NonNullable<Formats[InputFormat]["input"]>["decoders"][number];

/** The names of the formats that we decode, for `DECODERS`. */
export function inputFormats(formats: FormatTable = FORMATS): readonly FormatName[] {
  return Object.entries(formats).flatMap(([name, { input }]) => (input === null ? [] : [name as FormatName]));
}

/** Whether the second Worker decodes the format. */
export function isHeavy(name: FormatName): boolean {
  return formatOf(name).input?.heavy === true;
}

/** Whether the format is drawn at the size asked for. */
export function isVector(name: FormatName): boolean {
  return formatOf(name).input?.vector === true;
}

/** A table of formats. Tests pass their own table to the functions below. */
export type FormatTable = Readonly<Record<string, FormatDescriptor>>;

/** A format that we write, with the output part of its descriptor. */
export type OutputEntry = readonly [name: OutputFormat, output: FormatOutput, descriptor: FormatDescriptor];

/** The descriptor of a format with its widened type. */
export function formatOf(name: FormatName, formats: FormatTable = FORMATS): FormatDescriptor {
  const found = formats[name];
  if (found === undefined) throw new Error(`no format is called ${name}`);
  return found;
}

/** The output part of a descriptor. Throws Error if the format has none. */
export function outputOf(name: OutputFormat, formats: FormatTable = FORMATS): FormatOutput {
  const { output } = formatOf(name, formats);
  if (output === null) throw new Error(`${name} is not made here`);
  return output;
}

/** Memo of `outputFormats` per table, because every hit calls it. */
const MADE = new WeakMap<FormatTable, readonly OutputEntry[]>();

/** The formats that we write. The best Accept class comes first. Within a class the order is that of the registry. */
export function outputFormats(formats: FormatTable = FORMATS): readonly OutputEntry[] {
  const known = MADE.get(formats);
  if (known !== undefined) return known;
  const made = Object.entries(formats).flatMap(([name, descriptor]): readonly OutputEntry[] =>
    descriptor.output === null ? [] : [[name as OutputFormat, descriptor.output, descriptor]],
  );
  const rank = ([, { acceptClass }]: OutputEntry) => ACCEPT_CLASSES.indexOf(acceptClass);
  made.sort((a, b) => rank(a) - rank(b));
  MADE.set(formats, made);
  return made;
}

/** The formats that are made while a reader waits. */
function madeAtOnce(formats: FormatTable): readonly OutputEntry[] {
  return outputFormats(formats).filter(([, { later }]) => later !== true);
}

/**
 * Accept class of a reader -> Accept class that the picture is made and stored for: the same class if a format of it is
 * made at once, else the next lower one. AVIF is made later, so readers who accept AVIF share the WebP bytes.
 */
export function storedClass(accept: AcceptClass, formats: FormatTable = FORMATS): AcceptClass {
  const made = new Set(madeAtOnce(formats).map(([, { acceptClass }]) => acceptClass));
  const lower = ACCEPT_CLASSES.slice(ACCEPT_CLASSES.indexOf(accept));
  return lower.find((candidate) => made.has(candidate)) ?? "base";
}

/**
 * The format to make for an Accept class when the address names none. `alpha`: the result can be transparent.
 * Within a class an opaque picture goes to the first lossy format, because it is the smaller one.
 */
export function formatForClass(accept: AcceptClass, alpha: boolean, formats: FormatTable = FORMATS): OutputFormat {
  const wanted = storedClass(accept, formats);
  const made = madeAtOnce(formats).filter(([, { acceptClass }]) => acceptClass === wanted);
  const able = made.find(([, { abilities }]) => (alpha ? abilities.alpha : abilities.quality)) ?? made[0];
  if (able === undefined) throw new Error(`no format is made for the Accept class ${wanted}`);
  return able[0];
}

/** The format whose metadata holds this code, or null when none does. */
export function formatOfCode(code: string, formats: FormatTable = FORMATS): OutputFormat | null {
  return outputFormats(formats).find(([, { storedCode }]) => storedCode === code)?.[0] ?? null;
}

const MEGA = 1_000_000;

/** Rows for docs/front-end/url.md: the format, the answer when it is the source, and what is taken. */
export function formatRows(): readonly (readonly [label: string, answer: string, note: string])[] {
  return Object.entries<FormatDescriptor>(FORMATS).map(([name, { label, input, note }]) => [
    input === null ? label : `${label} (\`${name}\`)`,
    answerTo(input),
    note,
  ]);
}

function answerTo(input: FormatDescriptor["input"]): string {
  if (input === null) return "415 `format_unsupported`";
  const size = input.vector === true ? "of any size" : `up to ${input.maxPixels / MEGA} megapixels`;
  return `thumbnail, ${size}${input.heavy === true ? "; heavy Worker" : ""}`;
}

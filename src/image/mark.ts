/** The watermark's file -> the pixels that are drawn. */
import { Failure } from "../errors.ts";
import { NOTHING_MORE, type Transform } from "../request/transform.ts";
import { dropAllEngines } from "./engines.ts";
import { isHeavy } from "./formats/registry.ts";
import type { Pixels, Size } from "./picture.ts";
import { planRender } from "./plan.ts";
import { type Opened, openFile } from "./readHeader.ts";
import type { EngineLimits, Stopwatch } from "./rendition.ts";
import { seeing } from "./see.ts";
import { upright, uprightSize } from "./steps/orient.ts";

/** The most pixels of a watermark's file: it is decoded for every picture that has it. */
const MAX_PIXELS = 4_000_000;

export type Mark = Opened & {
  /** Upright. */
  readonly size: Size;
};

/** Bytes -> the watermark with its size. Throws Failure `watermark_failed` for what this Worker does not decode. */
export async function openMark(bytes: Uint8Array): Promise<Mark> {
  return orFailure(async () => {
    const opened = await openFile(bytes);
    const { source } = opened;
    if (isHeavy(source.format)) throw new Error(`${source.format} is not decoded here`);
    if (source.width * source.height > MAX_PIXELS) throw new Error(`it has over ${MAX_PIXELS} pixels`);
    return { ...opened, size: uprightSize(source, source.orientation) };
  });
}

/** Its pixels at a size, upright and in sRGB. Throws Failure `watermark_failed`. */
export async function decodeMark(
  { bytes, source }: Mark,
  { width, height }: Size,
  transform: Transform,
  limits: EngineLimits,
  clock: Stopwatch,
): Promise<Pixels> {
  return orFailure(async () => {
    const exact = { ...transform, ...EXACT, width, height };
    const unlimited = { ...limits, maxResultSide: Number.POSITIVE_INFINITY, decoders: [] };
    const order = { transform: exact, format: "png", limits: unlimited, fileBytes: bytes.length } as const;
    const plan = planRender(source, order);
    const { pixels } = await seeing(bytes, source, clock)(plan);
    const turned = upright(pixels, plan.orientation);
    // The engine may go on in the same memory.
    return { ...turned, data: turned.data.slice() };
  });
}

const EXACT = {
  ...NOTHING_MORE,
  resize: "force",
  dpr: 1,
  enlarge: true,
  crop: null,
  autoRotate: true,
  rotate: 0,
  extend: null,
  maxFrames: 1,
} as const satisfies Partial<Transform>;

async function orFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // After a trap the memory of an engine cannot be trusted.
    if (!(error instanceof Failure)) dropAllEngines();
    const why = error instanceof Failure ? `${error.reason} ${JSON.stringify(error.facts)}` : String(error);
    throw new Failure("watermark_failed", {}, `its file: ${why}`);
  }
}

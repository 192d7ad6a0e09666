/** One animation through our engine and through sharp: CPU, bytes for the same SSIM, memory. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import sharp from "sharp";
import { dropAllEngines, engineMemory } from "../../src/image/engines.ts";
import { renderImage } from "../../src/image/renderImage.ts";
import type { RenderOrder } from "../../src/image/rendition.ts";
import { MASTER_TRANSFORM } from "../../src/rendition/master.ts";
import { ssim } from "../engine/ssim.ts";
import { WIDE_LIMITS } from "../limits.ts";
import { bytesAt, ssimScore } from "../webp/equalQuality.ts";

const WIDTH = 320;
const QUALITY = 75;
/** sharp's files, to find how many bytes it needs for our SSIM. */
const QUALITIES = [55, 65, 70, 75, 80, 85] as const;
const MB = 1024 * 1024;
export type Figures = {
  readonly ms: number;
  readonly sharpMs: number;
  readonly bytes: number;
  /** What sharp needs for the SSIM of our file. */
  readonly equalBytes: number;
  readonly ssim: number;
  /** Linear memory and array buffers at the worst pause between two frames, without the source file. */
  readonly megabytes: number;
};

function ours(gif: Uint8Array, pause: RenderOrder["pause"] = async () => undefined) {
  const transform = { ...MASTER_TRANSFORM, width: WIDTH, height: 0, quality: QUALITY, maxFrames: 100 };
  return renderImage({ bytes: gif, transform, format: "webp", limits: WIDE_LIMITS, pause });
}

/** The same job: method 4 is libwebp's default, and ours when it takes over. */
function theirs(gif: Uint8Array, quality: number = QUALITY) {
  return sharp(gif, { animated: true }).resize(WIDTH).webp({ quality, effort: 4 }).toBuffer();
}

export async function measure(gif: Uint8Array, rounds: number): Promise<Figures> {
  const [megabytes, { bytes }] = [await memoryOf(gif), await ours(gif)];
  let [ms, sharpMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round++) {
    ms = Math.min(ms, await cpuOf(() => ours(gif)));
    sharpMs = Math.min(sharpMs, await cpuOf(() => theirs(gif)));
  }
  const wanted = await framesOf(gif, WIDTH);
  const own = meanSsim(wanted, await framesOf(bytes));
  const points: { bytes: number; score: number }[] = [];
  for (const quality of QUALITIES) {
    const file = await theirs(gif, quality);
    points.push({ bytes: file.length, score: ssimScore(meanSsim(wanted, await framesOf(file))) });
  }
  return { ms, sharpMs, bytes: bytes.length, equalBytes: bytesAt(points, ssimScore(own)), ssim: own, megabytes };
}

/** CPU milliseconds of this process, all threads. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function memoryOf(gif: Uint8Array): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  dropAllEngines();
  // What sharp and an earlier animation have left goes away over some turns.
  for (let turn = 0; turn < 5; turn++) {
    collect();
    await new Promise((wake) => setTimeout(wake, 20));
  }
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  await ours(gif, async () => {
    collect();
    const linear = Object.values(engineMemory()).reduce((sum, bytes) => sum + bytes, 0);
    most = Math.max(most, linear + process.memoryUsage().arrayBuffers - before);
  });
  return most / MB;
}

type Frame = { readonly data: Uint8Array; readonly width: number; readonly height: number };

/** Every frame as RGB, resampled by libvips where a width is given. */
async function framesOf(file: Uint8Array, width?: number): Promise<readonly Frame[]> {
  const all = sharp(file, { animated: true }).removeAlpha();
  const sized = width === undefined ? all : all.resize(width);
  const { data, info } = await sized.raw().toBuffer({ resolveWithObject: true });
  const height = info.pageHeight ?? info.height;
  const size = 3 * info.width * height;
  return Array.from({ length: data.length / size }, (_, i) => ({
    data: data.subarray(i * size, (i + 1) * size),
    width: info.width,
    height,
  }));
}

function meanSsim(wanted: readonly Frame[], shown: readonly Frame[]): number {
  if (wanted.length !== shown.length) throw new Error(`${shown.length} frames in place of ${wanted.length}`);
  const sum = wanted.reduce((total, { data, width, height }, i) => {
    return total + ssim(data, shown[i]?.data ?? data, width, height, 3);
  }, 0);
  return sum / wanted.length;
}

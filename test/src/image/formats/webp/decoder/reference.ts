/** libwebp's pixels of a lossy WebP, and our planes converted to RGB by libwebp's arithmetic: they must be equal. */
import libwebp from "@cwasm/webp/webp.wasm";
import { vp8Engine } from "../../../../../../src/image/formats/webp/decoder/engine.ts";
import { readFrame } from "../../../../../../src/image/formats/webp/decoder/frame.ts";
import { decodeVp8 } from "../../../../../../src/image/formats/webp/decoder/thumbnail.ts";
import vp8 from "../../../../../../src/image/formats/webp/wasm/decoder.wasm";

type Libwebp = {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(at: number): void;
  WebPDecodeRGBA(from: number, bytes: number, width: number, height: number): number;
};

const ignore = () => 0;
const reference = new WebAssembly.Instance(libwebp, {
  wasi_snapshot_preview1: { fd_close: ignore, fd_seek: ignore, fd_write: ignore },
}).exports as unknown as Libwebp;

/** RGBA by libwebp, null when it refuses the file. */
export function byLibwebp(bytes: Uint8Array): Uint8Array | null {
  const from = reference.malloc(bytes.length);
  const sides = reference.malloc(8);
  new Uint8Array(reference.memory.buffer).set(bytes, from);
  const to = reference.WebPDecodeRGBA(from, bytes.length, sides, sides + 4);
  const [width = 0, height = 0] = new Uint32Array(reference.memory.buffer, sides, 2);
  const pixels = to === 0 ? null : new Uint8Array(reference.memory.buffer, to, width * height * 4).slice();
  for (const at of [from, sides, to]) reference.free(at);
  return pixels;
}

export const engine = vp8Engine(vp8);

export type Planes = { readonly width: number; readonly height: number; readonly planes: readonly Plane[] };
type Plane = { readonly data: Uint8Array; readonly stride: number };

/** Our decoder's planes at full size. */
export function planesOf(bytes: Uint8Array): Planes {
  const frame = readFrame(bytes);
  const { width, height } = frame;
  const whole = { left: 0, top: 0, width, height };
  const { rings } = decodeVp8(engine, frame, { window: whole, bounds: whole, width, height }, true);
  const heap = new Uint8Array(engine.exports.memory.buffer);
  const planes = rings.map(({ at, stride, bands }, i) => ({
    data: heap.slice(at, at + bands * (i === 0 ? 16 : 8) * stride),
    stride,
  }));
  return { width, height, planes };
}

/** libwebp's "fancy" enlargement of U and V: 9, 3, 3 and 1 sixteenths, rounded in two steps. */
function enlarged({ data, stride }: Plane, width: number, height: number): Uint8Array {
  const columns = (width + 1) >> 1;
  const rows = (height + 1) >> 1;
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const near = (y >> 1) * stride;
    const far = Math.min(rows - 1, Math.max(0, (y >> 1) + (y % 2 === 0 ? -1 : 1))) * stride;
    const at = (row: number, x: number) => data[row + x] ?? 0;
    for (let x = 0; x < width; x++) {
      const column = x >> 1;
      const other = column + (x % 2 === 0 ? -1 : 1);
      if (other < 0 || other >= columns) {
        out[y * width + x] = (3 * at(near, column) + at(far, column) + 2) >> 2;
        continue;
      }
      const sum = at(near, column) + at(near, other) + at(far, column) + at(far, other) + 8;
      const diagonal = (sum + 2 * (at(near, other) + at(far, column))) >> 3;
      out[y * width + x] = (diagonal + at(near, column)) >> 1;
    }
  }
  return out;
}

/** RGBA of planes, in libwebp's arithmetic. */
export function toRgba({ width, height, planes }: Planes): Uint8Array {
  const [luma, cb, cr] = planes;
  if (luma === undefined || cb === undefined || cr === undefined) throw new Error("not three planes");
  const u = enlarged(cb, width, height);
  const v = enlarged(cr, width, height);
  const out = new Uint8Array(width * height * 4);
  const clip = (value: number) => Math.min(255, Math.max(0, value >> 6));
  const times = (value: number, factor: number) => (value * factor) >> 8;
  for (let i = 0; i < width * height; i++) {
    const bright = times(luma.data[Math.floor(i / width) * luma.stride + (i % width)] ?? 0, 19077);
    const [blue, red] = [u[i] ?? 0, v[i] ?? 0];
    out[4 * i] = clip(bright + times(red, 26149) - 14234);
    out[4 * i + 1] = clip(bright - times(blue, 6419) - times(red, 13320) + 8708);
    out[4 * i + 2] = clip(bright + times(blue, 33050) - 17685);
    out[4 * i + 3] = 255;
  }
  return out;
}

/** Where two pictures first differ, in words; "" when they do not. */
export function firstDifference(ours: Uint8Array, theirs: Uint8Array | null, width: number): string {
  if (theirs === null) return "libwebp refuses it";
  let count = 0;
  let first = -1;
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    if (ours[i] === theirs[i]) continue;
    if (first < 0) first = i;
    count++;
  }
  if (first < 0) return "";
  const pixel = first >> 2;
  return `${count} bytes differ, the first at ${pixel % width},${Math.floor(pixel / width)}: ${ours[first]} for ${theirs[first]}`;
}

/** Reads every frame of an animation, for tests. */
import type { FrameReader, ShownFrame } from "../../../../src/image/animation/frames.ts";
import { readHeader } from "../../../../src/image/readHeader.ts";

export type ReadFrame = Omit<ShownFrame, "pixels"> & { readonly data: Uint8Array; readonly alpha: boolean };

export async function framesOf(reader: FrameReader, bytes: Uint8Array, most = 1000): Promise<readonly ReadFrame[]> {
  const frames: ReadFrame[] = [];
  for await (const { pixels, ...rest } of reader.read(bytes, readHeader(bytes), most)) {
    frames.push({ ...rest, data: pixels.data.slice(), alpha: pixels.alpha });
  }
  return frames;
}

/** Null when two pictures look the same to `tolerance`; else the first pixel that differs. Transparent pixels have no colour. */
export function sameShown(a: Uint8Array, b: Uint8Array, tolerance = 0): string | null {
  if (a.length !== b.length) return `${a.length} bytes, ${b.length} bytes`;
  for (let i = 0; i < a.length; i += 4) {
    if (a[i + 3] === 0 && b[i + 3] === 0) continue;
    for (let c = 0; c < 4; c++) {
      if (Math.abs((a[i + c] ?? 0) - (b[i + c] ?? 0)) <= tolerance) continue;
      return `pixel ${i / 4}: ${a.subarray(i, i + 4)} and ${b.subarray(i, i + 4)}`;
    }
  }
  return null;
}

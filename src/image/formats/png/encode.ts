/** PNG (third edition): rows filtered by the smallest sum of differences, deflated by the platform; no WebAssembly. */
import type { Pixels } from "../../picture.ts";
import { chunk } from "./encoder/chunk.ts";
import { filterRows } from "./encoder/filterRows.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const TRUECOLOUR = 2;
const TRUECOLOUR_ALPHA = 6;

/** Pixels -> PNG, 8 bits, truecolour with alpha only when there is any. */
export async function encodePng({ width, height, data, alpha }: Pixels): Promise<Uint8Array> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, alpha ? TRUECOLOUR_ALPHA : TRUECOLOUR], 8);
  const filtered = filterRows(data, width, height, alpha ? 4 : 3);
  return join([
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", await deflate(filtered)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

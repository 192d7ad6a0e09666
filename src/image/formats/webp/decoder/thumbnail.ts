/** A VP8 key frame to a small picture: the driver of assembly/decoder. docs/inside/webp.md describes the whole way. */
import { UnsupportedByDecoder } from "../../../decodeErrors.ts";
import type { View } from "../../../picture.ts";
import { allocate, clearFields } from "../../jpeg/decoder/layout.ts";
import type { Vp8Engine } from "./engine.ts";
import { type Frame, tokenPartitions } from "./frame.ts";
import { placePlanes, type Ring } from "./layout.ts";

/** What `advance` returns at the end. */
const DONE = 0;
const OUTPUT_BYTES = 128 * 1024;

export type Vp8Picture = {
  /** RGBA, view.width * view.height * 4 bytes. */
  readonly pixels: Uint8Array;
  /** Data were missing: part of the picture is grey. */
  readonly truncated: boolean;
  /** The rings that the planes went through. With `keepAll` they hold the whole planes after the loop filter. */
  readonly rings: readonly Ring[];
};

/**
 * Decodes the view of a frame. The engine may have been used before, but not by a decode that trapped. `keepAll`
 * makes the rings as high as the picture, so that tests can look at the planes.
 * Throws UnsupportedByDecoder when the header is cut short, UnsupportedJpeg when there is not enough memory.
 */
export function decodeVp8(engine: Vp8Engine, frame: Frame, view: View, keepAll = false): Vp8Picture {
  const { exports } = engine;
  const { width, height } = view;
  exports.reset();
  clearFields(engine);
  placePartition(engine, 0, frame.modes);
  const count = exports.readHeader();
  if (count === 0) throw new UnsupportedByDecoder("VP8 header cut short");
  for (const [i, part] of tokenPartitions(frame.rest, count).entries()) placePartition(engine, 1 + i, part);
  const rings = placePlanes(engine, frame, view, keepAll);
  const macroblocksAcross = Math.ceil(frame.width / 16);
  const scratch = allocate(engine, exports.scratchBytes(macroblocksAcross));
  exports.startRows(macroblocksAcross, Math.ceil(frame.height / 16), count, scratch);
  const capacity = Math.max(1, Math.floor(OUTPUT_BYTES / (width * 4)));
  const output = allocate(engine, capacity * width * 4 + 32);
  exports.setOutput(width, height, output, capacity);
  const pixels = new Uint8Array(width * height * 4);
  for (let written = 0; ; ) {
    const stopped = exports.advance();
    const rows = exports.takeRows() * width * 4;
    pixels.set(new Uint8Array(exports.memory.buffer, output, rows), written);
    written += rows;
    if (stopped === DONE) break;
  }
  return { pixels, truncated: exports.missingMacroblocks() > 0, rings };
}

function placePartition(engine: Vp8Engine, index: number, data: Uint8Array): void {
  const pad = engine.exports.partitionPad();
  const base = allocate(engine, pad + data.length);
  new Uint8Array(engine.exports.memory.buffer).set(data, base + pad);
  engine.exports.startPartition(index, base, data.length);
}

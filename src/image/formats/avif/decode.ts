/** Decodes AVIF with libavif (@jsquash/avif). Only the heavy Worker has this code. */
import factory from "@jsquash/avif/codec/dec/avif_dec.js";
import module from "@jsquash/avif/codec/dec/avif_dec.wasm";
import { defineEngine, startEmscripten } from "../../engines.ts";
import { type Decode, type Pixels, stillPicture } from "../../picture.ts";
import { resizeWhole } from "../../resize/whole.ts";
import { damaged } from "../byteReader.ts";
import type { Crop } from "./properties.ts";

type Libavif = {
  /** RGBA with straight alpha; null for what it cannot decode. The depth is that of the result. */
  decode(
    bytes: Uint8Array,
    depth: 8,
  ): { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray } | null;
};

/**
 * A decoder of others in C, so a hostile file must spoil no other picture. A new instance for each picture would be simpler,
 * but the memory of the old ones stays until the next garbage collection. So the memory is put back to how it started.
 */
const engine = defineEngine("libavif", async () => {
  const { value, memory } = await startEmscripten<Libavif>(factory, module);
  const start = new Uint8Array(memory.buffer);
  const initial = start.slice(0, start.findLastIndex((byte) => byte !== 0) + 1);
  const reset = () => {
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0, initial.length);
    bytes.set(initial);
  };
  return { value: { decode: (bytes: Uint8Array) => value.decode(bytes, 8), reset }, memory };
});

/** AVIF bytes -> the view's picture: of a sequence the first frame. Turning is left to the caller. */
export const decodeAvif: Decode = async (bytes, source, { view }, clock) => {
  const { avif } = source;
  const libavif = await engine.use();
  const decoded = libavif.decode(bytes);
  libavif.reset();
  clock.lap("decode");
  if (decoded === null || avif === undefined) throw damaged("its decoder gave up");
  const { width, height, data } = decoded;
  if (width !== avif.coded.width || height !== avif.coded.height) {
    throw damaged(`${width}x${height} pixels came out of it in place of ${avif.coded.width}x${avif.coded.height}`);
  }
  const whole = { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length), alpha: source.alpha };
  const pixels = await resizeWhole(avif.crop === null ? whole : cut(whole, avif.crop), source, view);
  clock.lap("resize");
  return { picture: stillPicture(pixels), truncated: false };
};

/** The part of a picture, moved to the front of the same memory. */
function cut({ width, data, alpha }: Pixels, crop: Crop): Pixels {
  for (let row = 0; row < crop.height; row++) {
    const from = 4 * ((crop.top + row) * width + crop.left);
    data.copyWithin(4 * row * crop.width, from, from + 4 * crop.width);
  }
  return { width: crop.width, height: crop.height, data: data.subarray(0, 4 * crop.width * crop.height), alpha };
}

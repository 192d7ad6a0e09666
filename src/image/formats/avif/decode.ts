/** Decodes AVIF with libavif (@jsquash/avif). Only the heavy Worker has this code. */
import factory from "@jsquash/avif/codec/dec/avif_dec.js";
import module from "@jsquash/avif/codec/dec/avif_dec.wasm";
import { defineEngine, startEmscripten } from "../../engines.ts";
import { type Decode, stillPicture } from "../../picture.ts";
import { createResizer } from "../../resize/resizer.ts";
import { damaged } from "../byteReader.ts";

/** Takes RGBA with straight alpha. The bytes are in the decoder's memory and are gone when the function returns. */
type Take = (data: Uint8Array, width: number, height: number) => void;

type Libavif = {
  /** Gives an `ImageData`, or null for what it cannot decode. The depth is that of the result. */
  decode(bytes: Uint8Array, depth: 8): object | null;
};

/** What takes the pixels at present. */
let take: Take | null = null;

/**
 * The engine makes its result with two constructors that it looks up by their names: one copies the pixels, the other one
 * holds them. It keeps both, and what they get, as long as it lives. So while it works these stand in their place. They are
 * functions, because arrows cannot be called with `new`.
 */
const CONSTRUCTORS = {
  Uint8ClampedArray: function uncopied(pixels: Uint8Array) {
    return pixels;
  },
  ImageData: function taken(data: Uint8Array, width: number, height: number) {
    take?.(data, width, height);
  },
};

function withPixelsTo<T>(taker: Take, work: () => T): T {
  const { Uint8ClampedArray: copier, ImageData: holder } = globalThis as Record<string, unknown>;
  Object.assign(globalThis, CONSTRUCTORS);
  take = taker;
  try {
    return work();
  } finally {
    take = null;
    Object.assign(globalThis, { Uint8ClampedArray: copier, ImageData: holder });
  }
}

/**
 * Emscripten asks for a fifth more memory than it needs, then for a tenth more, then for a twentieth. The first two are
 * refused, unless less would not do.
 */
function growSparingly(memory: WebAssembly.Memory): void {
  const grow = memory.grow.bind(memory);
  let [attempts, refused] = [0, 0];
  memory.grow = (pages) => {
    if (attempts < 2 && pages !== refused) {
      [attempts, refused] = [attempts + 1, pages];
      throw new RangeError(`${pages} pages are more than it needs`);
    }
    [attempts, refused] = [0, 0];
    return grow(pages);
  };
}

/** Where there is none, the engine would define one that keeps the engine's memory for ever. */
class ImageDataOfNobody {}

/**
 * A decoder of others in C, so a hostile file must spoil no other picture. A new instance for each picture would be simpler,
 * but the memory of the old ones stays until the next garbage collection. So the memory is put back to how it started.
 */
const engine = defineEngine("libavif", async () => {
  if (!("ImageData" in globalThis)) Object.assign(globalThis, { ImageData: ImageDataOfNobody });
  const { value, memory } = await startEmscripten<Libavif>(factory, module);
  growSparingly(memory);
  const start = new Uint8Array(memory.buffer);
  const initial = start.slice(0, start.findLastIndex((byte) => byte !== 0) + 1);
  /** Whether it is a picture. */
  const decode = (bytes: Uint8Array, taker: Take): boolean => {
    try {
      return withPixelsTo(taker, () => value.decode(bytes, 8)) !== null;
    } finally {
      const all = new Uint8Array(memory.buffer);
      all.fill(0, initial.length);
      all.set(initial);
    }
  };
  return { value: { decode }, memory };
});

/** AVIF bytes -> the view's picture: of a sequence the first frame. Turning is left to the caller. */
export const decodeAvif: Decode = async (bytes, { avif, alpha, ...sides }, { view }, clock) => {
  const libavif = await engine.use();
  const resizer = await createResizer(view, alpha);
  const isPicture = libavif.decode(bytes, (data, width, height) => {
    clock.lap("decode");
    if (avif === undefined || width !== avif.coded.width || height !== avif.coded.height) {
      throw damaged(`${width}x${height} pixels came out of it in place of ${avif?.coded.width}x${avif?.coded.height}`);
    }
    const crop = avif.crop ?? { left: 0, top: 0, ...sides };
    const from = 4 * (crop.top * width + crop.left);
    resizer.push(data.subarray(from, from + 4 * width * crop.height), 4 * width, crop.height);
  });
  if (!isPicture) throw damaged("its decoder gave up");
  const pixels = resizer.finish();
  clock.lap("resize");
  return { picture: stillPicture(pixels), truncated: false };
};

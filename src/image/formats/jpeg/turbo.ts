/**
 * JPEG by libjpeg-turbo (@cwasm/jpeg-turbo), shrunk while decoding: TurboJPEG picks the DCT scale (1/8, 1/4, 1/2, 1)
 * from the width and height it is given. A file that ends early still gives the part that is there.
 */
import module from "@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import { Failure } from "../../../errors.ts";
import { inksToRgba } from "../../colour/inks.ts";
import type { Decoder } from "../../picture.ts";
import { resizeWhole, scaleView } from "../../resize/whole.ts";
import { defineEngine, exportsOf } from "../../wasm.ts";

type Exports = {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(at: number): void;
  tjInitDecompress(): number;
  tjDestroy(handle: number): number;
  tjDecompress2(
    handle: number,
    from: number,
    bytes: number,
    to: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
};

const TJPF_RGBA = 7;
const TJPF_CMYK = 11;
const engine = defineEngine("jpeg-turbo", () => {
  const trap = (name: string) => () => {
    throw new Error(`jpeg-turbo: ${name}`);
  };
  const value = exportsOf<Exports>(module, {
    env: { setjmp: () => 0, longjmp: trap("longjmp") },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      environ_get: () => 0,
      proc_exit: trap("proc_exit"),
      fd_close: () => 0,
      fd_seek: () => 0,
      fd_write: () => 0,
    },
  });
  return { value, memory: value.memory };
});

/** JPEG bytes -> the view's pixels. Throws image_damaged when not even a first row came out. */
export const decodeTurbo: Decoder = async (bytes, source, { view, eighths }, clock) => {
  const turbo = await engine.use();
  const width = Math.ceil((source.width * eighths) / 8);
  const height = Math.ceil((source.height * eighths) / 8);
  const cmyk = source.colour === "cmyk";
  const handle = turbo.tjInitDecompress();
  const from = turbo.malloc(bytes.length);
  const to = turbo.malloc(width * height * 4);
  try {
    if (handle === 0 || from === 0 || to === 0) throw new Failure("source_too_complex", { why: "out of memory" });
    new Uint8Array(turbo.memory.buffer, from, bytes.length).set(bytes);
    const format = cmyk ? TJPF_CMYK : TJPF_RGBA;
    // Not 0: a warning or an error. Rows that never came are as `malloc` gave them, so they are greyed first.
    new Uint8Array(turbo.memory.buffer, to, width * height * 4).fill(128);
    const problem = turbo.tjDecompress2(handle, from, bytes.length, to, width, width * 4, height, format, 0) !== 0;
    const data = new Uint8Array(turbo.memory.buffer, to, width * height * 4);
    if (cmyk) inksToRgba(data, source.inverted, source.icc);
    else if (problem) makeOpaque(data);
    clock.lap("decode");
    const pixels = await resizeWhole(
      { width, height, data, alpha: false },
      scaleView(view, eighths / 8, width, height),
    );
    clock.lap("resize");
    return { pixels, truncated: problem };
  } finally {
    turbo.free(from);
    turbo.free(to);
    turbo.tjDestroy(handle);
  }
};

function makeOpaque(data: Uint8Array): void {
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
}

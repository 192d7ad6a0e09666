/**
 * JPEG by libjpeg-turbo (@cwasm/jpeg-turbo), reduced while decoding: TurboJPEG chooses the DCT scale (1/8, 1/4, 1/2, 1)
 * by the width and height it is given. A file that ends early still gives the part that is there.
 */
import module from "@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import { Failure } from "../../../errors.ts";
import { inksToRgba } from "../../colour/inks.ts";
import { defineEngine, exportsOf } from "../../engines.ts";
import { type Decode, type DecodeCost, stillPicture } from "../../picture.ts";
import { resizeWhole } from "../../resize/whole.ts";

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

/** Peak bytes: the file, the reduced frame, and for a progressive file the coefficients at full size. */
export function turboMemory({ source, dctScale, fileBytes }: DecodeCost): number {
  const [width, height] = [source.width, source.height].map((side) => Math.ceil((side * dctScale) / 8)) as [
    number,
    number,
  ];
  return fileBytes + 4 * width * height + source.coefficientBytes;
}

/** JPEG bytes -> the view's picture. Parts that cannot be decoded are grey, and `truncated` is true. */
export const decodeTurbo: Decode = async (bytes, source, { view, dctScale }, clock) => {
  const turbo = await engine.use();
  const width = Math.ceil((source.width * dctScale) / 8);
  const height = Math.ceil((source.height * dctScale) / 8);
  const cmyk = source.colour === "cmyk";
  const handle = turbo.tjInitDecompress();
  const from = turbo.malloc(bytes.length);
  const to = turbo.malloc(width * height * 4);
  try {
    if (handle === 0 || from === 0 || to === 0) throw new Failure("source_too_complex", { why: "out of memory" });
    new Uint8Array(turbo.memory.buffer, from, bytes.length).set(bytes);
    const format = cmyk ? TJPF_CMYK : TJPF_RGBA;
    // A warning or an error gives not 0. Rows that are missing then keep what `malloc` gave, so all are made grey first.
    new Uint8Array(turbo.memory.buffer, to, width * height * 4).fill(128);
    const problem = turbo.tjDecompress2(handle, from, bytes.length, to, width, width * 4, height, format, 0) !== 0;
    const data = new Uint8Array(turbo.memory.buffer, to, width * height * 4);
    if (cmyk) inksToRgba(data, source.inverted, source.icc);
    else if (problem) makeOpaque(data);
    clock.lap("decode");
    const pixels = await resizeWhole({ width, height, data, alpha: false }, source, view, dctScale);
    clock.lap("resize");
    return { picture: stillPicture(pixels), truncated: problem };
  } finally {
    turbo.free(from);
    turbo.free(to);
    turbo.tjDestroy(handle);
  }
};

function makeOpaque(data: Uint8Array): void {
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
}

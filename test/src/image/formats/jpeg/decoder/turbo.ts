/** libjpeg-turbo (the @cwasm/jpeg-turbo module) as the reference of the JPEG tests. */
import turbo from "@cwasm/jpeg-turbo/jpeg-turbo.wasm";

type TurboExports = {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
  tjInitDecompress(): number;
  tjDestroy(handle: number): void;
  tjDecompressHeader3(h: number, at: number, length: number, w: number, ht: number, s: number, c: number): number;
  tjDecompress2(
    handle: number,
    at: number,
    length: number,
    to: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
};

/** TJPF_RGBA and TJPF_CMYK of turbojpeg.h; colour spaces TJCS_CMYK and TJCS_YCCK. */
const RGBA = 7;
const CMYK = 11;

export type TurboPicture = { width: number; height: number; pixels: Uint8Array; warned: boolean };

/** Decodes at size/8 to four bytes a pixel, as libjpeg-turbo does it (CMYK as stored). */
export function decodeWithTurbo(bytes: Uint8Array, size: 1 | 2 | 4 | 8): TurboPicture {
  const fail = (name: string) => () => {
    throw new Error(name);
  };
  const x = new WebAssembly.Instance(turbo, {
    env: { setjmp: () => 0, longjmp: fail("longjmp") },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      environ_get: () => 0,
      proc_exit: fail("proc_exit"),
      fd_close: () => 0,
      fd_seek: () => 0,
      fd_write: () => 0,
    },
  }).exports as unknown as TurboExports;
  const from = x.malloc(bytes.length);
  const facts = x.malloc(16);
  new Uint8Array(x.memory.buffer).set(bytes, from);
  const handle = x.tjInitDecompress();
  if (x.tjDecompressHeader3(handle, from, bytes.length, facts, facts + 4, facts + 8, facts + 12) !== 0) {
    throw new Error("libjpeg-turbo cannot read the header");
  }
  const [fullWidth = 0, fullHeight = 0, , space = 0] = new Int32Array(x.memory.buffer, facts, 4);
  const width = Math.ceil((fullWidth * size) / 8);
  const height = Math.ceil((fullHeight * size) / 8);
  const to = x.malloc(width * height * 4);
  const format = space === 3 || space === 4 ? CMYK : RGBA;
  const result = x.tjDecompress2(handle, from, bytes.length, to, width, width * 4, height, format, 0);
  const pixels = new Uint8Array(x.memory.buffer, to, width * height * 4).slice();
  return { width, height, pixels, warned: result !== 0 };
}

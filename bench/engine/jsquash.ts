/** The jSquash pipeline as its users run it in a Worker: full decode, resize with its defaults, WebP at quality 75. */

import jpegModule from "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm";
import decodeJpeg, { init as initJpeg } from "@jsquash/jpeg/decode.js";
import pngModule from "@jsquash/png/codec/pkg/squoosh_png_bg.wasm";
import decodePng, { init as initPng } from "@jsquash/png/decode.js";
import resize, { initResize } from "@jsquash/resize";
import resizeModule from "@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm";
import { encodeByLibwebp } from "../../src/image/formats/webp/libwebp.ts";

let started: Promise<unknown> | null = null;

async function start(): Promise<void> {
  // Workers have no ImageData. This shim is from jSquash's own instructions.
  globalThis.ImageData ??= class {
    readonly data: unknown;
    readonly width: number;
    readonly height: number;
    constructor(data: unknown, width: number, height: number) {
      this.data = data;
      this.width = width;
      this.height = height;
    }
  } as unknown as typeof ImageData;
  await Promise.all([initJpeg(jpegModule), initPng(pngModule), initResize(resizeModule)]);
}

/** Picture -> WebP whose longer side is at most `side`. */
export async function renderWithJsquash(bytes: Uint8Array, side: number): Promise<{ bytes: Uint8Array }> {
  await (started ??= start());
  const buffer = bytes.slice().buffer;
  const whole = bytes[0] === 0xff ? await decodeJpeg(buffer) : await decodePng(buffer);
  const scale = Math.min(1, side / Math.max(whole.width, whole.height));
  const [width, height] = [Math.round(whole.width * scale), Math.round(whole.height * scale)];
  const small = await resize(whole, { width, height });
  // The same @jsquash/webp encoder and settings as ours, started without its feature detection.
  const data = new Uint8Array(small.data.buffer, small.data.byteOffset, small.data.byteLength);
  return { bytes: await encodeByLibwebp({ width, height, data, alpha: false }, 75, 4) };
}

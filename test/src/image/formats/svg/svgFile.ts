/** SVG files for tests, and their pictures. */
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import type { Transform } from "../../../../../src/request/transform.ts";
import { renderAny } from "../../../heavy/renderAny.ts";
import { orderOf } from "../../orders.ts";

export const utf8 = (text: string) => new TextEncoder().encode(text);

/** A document of 1000 x 1000 around the body. */
export function svg(body: string, attributes = 'width="1000" height="1000"'): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${body}</svg>`;
}

export const many = (count: number, one: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => one(i)).join("");

export type Drawing = {
  readonly width: number;
  readonly height: number;
  readonly truncated: boolean;
  /** RGBA. */
  readonly data: Buffer;
  at(x: number, y: number): readonly number[];
  /** How many pixels are not fully transparent. */
  readonly ink: number;
};

/** What comes of a document as PNG. Throws Failure. */
export async function draw(text: string | Uint8Array, wish: Partial<Transform> = { width: 100 }): Promise<Drawing> {
  const { bytes, truncated } = await renderAny(orderOf(typeof text === "string" ? utf8(text) : text, wish, "png"));
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4)];
  let ink = 0;
  for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 0) ink++;
  return { width: info.width, height: info.height, truncated, data, at, ink };
}

/** Why a document is refused, or "drawn". */
export function refusalOf(text: string | Uint8Array, wish: Partial<Transform> = { width: 100 }): Promise<string> {
  return draw(text, wish).then(
    () => "drawn",
    (error: { readonly reason?: string }) => String(error.reason ?? error),
  );
}

export const gzip = (text: string | Uint8Array) => new Uint8Array(gzipSync(text, { level: 9 }));

import { rgbaToThumbHash, thumbHashToRGBA } from "thumbhash";
import { expect, test } from "vitest";
import { placeholder } from "../../../src/client/placeholder.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { decodedPixels } from "../image/corpus.ts";
import { orderOf } from "../image/orders.ts";

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

const shapes = [
  ["wide", 100, 40, 255],
  ["high", 30, 100, 255],
  ["square", 64, 64, 255],
  ["very wide", 100, 4, 255],
  ["with alpha", 60, 90, 0],
] as const;

test.each(shapes)("%s: the same pixels as the published decoder's", async (_, width, height, least) => {
  const rgba = Uint8Array.from({ length: 4 * width * height }, (_value, i) => {
    const [x, y, channel] = [(i >> 2) % width, Math.floor((i >> 2) / width), i & 3];
    return channel === 3 ? Math.max(least, (x * 255) / width) : (x * (channel + 1) * 2 + y * 3) & 255;
  });
  const hash = rgbaToThumbHash(width, height, rgba);
  const wanted = thumbHashToRGBA(hash);
  const [type, data = ""] = placeholder(base64(hash)).split(",");
  expect(type).toBe("data:image/bmp;base64");
  const file = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const { bytes, ...made } = await renderImage(orderOf(file, {}, "png"));
  expect([made.width, made.height]).toEqual([wanted.w, wanted.h]);
  const pixels = await decodedPixels(bytes);
  const worst = Math.max(
    ...pixels.map((value, i) => ((pixels[i | 3] ?? 0) === 0 ? 0 : Math.abs(value - (wanted.rgba[i] ?? 0)))),
  );
  expect(worst).toBeLessThanOrEqual(1);
});

test("a text that is no base64 is refused, and a short one gives some picture", () => {
  expect(() => placeholder("no hash!")).toThrow();
  expect(placeholder("AAAA")).toMatch(/^data:image\/bmp;base64,Qk/);
});

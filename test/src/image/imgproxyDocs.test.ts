/**
 * What imgproxy's documentation says of each option that works on pixels, as examples: the size of the result, the part of the
 * source that it shows, and its colours at some points. The source has 400x300 pixels: red, green, blue and white quarters.
 */
import { existsSync, readFileSync } from "node:fs";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { computeGeometry } from "../../../src/image/geometry/computeGeometry.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import { applyOption, DEFAULTS, splitOptions } from "../../../src/request/options/applyOption.ts";
import { OPTIONS } from "../../../src/request/options/table.ts";
import { orderOf } from "./orders.ts";
import { BLUE, GREEN, near, quarters, RED, WHITE } from "./quarters.ts";

const BLACK = [0, 0, 0, 255];
const CLEAR = [0, 0, 0, 0];

type Point = readonly [x: number, y: number, colour: readonly number[]];
type Example = {
  readonly options: string;
  readonly size: readonly [number, number];
  /** Left, top, width and height in the source; left out = all of it. */
  readonly window?: readonly [number, number, number, number];
  readonly points: readonly Point[];
  /** The source is stored on its side, with EXIF orientation 6. */
  readonly turned?: true;
};

const turned = (example: Example): Example => ({ ...example, turned: true });

const of = (options: string, size: readonly [number, number], ...points: readonly Point[]): Example => ({
  ...{ options, size, points },
});
const part = (
  options: string,
  size: readonly [number, number],
  window: readonly [number, number, number, number],
  ...points: readonly Point[]
): Example => ({ options, size, window, points });

type PixelField = {
  [K in keyof typeof OPTIONS]: (typeof OPTIONS)[K]["effect"] extends "geometry" | "pixels" ? K : never;
}[keyof typeof OPTIONS];

/** Examples, or the test that looks at what has no place in the picture. */
const EXAMPLES = {
  resize: [
    // "resizes the image while keeping aspect ratio to fit a given size"
    of("rs:fit:200:200", [200, 150], [10, 10, RED], [190, 10, GREEN], [10, 140, BLUE], [190, 140, WHITE]),
    // "to fill a given size and crops projecting parts"
    part("rs:fill:200:200", [200, 200], [50, 0, 300, 300], [10, 10, RED], [190, 10, GREEN], [10, 190, BLUE]),
    // "if the resized image is smaller than the requested size, imgproxy will crop the result to keep the aspect ratio"
    part("rs:fill-down:600:600", [300, 300], [50, 0, 300, 300], [145, 10, RED], [155, 10, GREEN]),
    of("rs:fill-down:600:0", [400, 300], [10, 10, RED]),
    // "without keeping the aspect ratio"
    of("rs:force:100:200", [100, 200], [45, 10, RED], [55, 10, GREEN], [45, 190, BLUE], [55, 190, WHITE]),
    // "keep the original width"
    of("rs:force:0:100", [400, 100], [190, 45, RED], [210, 55, WHITE]),
    // "same orientation: fill. Otherwise, fit"
    part("rs:auto:200:100", [200, 100], [0, 50, 400, 200], [10, 10, RED], [190, 90, WHITE]),
    of("rs:auto:100:200", [100, 75], [10, 10, RED]),
  ],
  width: [of("w:200", [200, 150], [10, 10, RED]), of("w:0/h:150", [200, 150], [190, 140, WHITE])],
  height: [of("h:150", [200, 150], [10, 10, RED]), of("h:0/w:200", [200, 150], [190, 140, WHITE])],
  minWidth: [
    of("mw:600", [600, 450], [290, 10, RED], [310, 10, GREEN]),
    // "the final image will be cropped according to width"
    part("w:100/mw:200", [100, 150], [100, 0, 200, 300], [10, 10, RED], [90, 10, GREEN]),
  ],
  minHeight: [part("h:100/mh:150", [200, 100], [0, 50, 400, 200], [10, 10, RED], [10, 90, BLUE])],
  zoom: [
    of("w:100/z:1.5", [150, 113], [10, 10, RED]),
    // "doesn't affect paddings"
    of("w:100/z:2/pd:10/bg:000", [220, 170], [9, 9, BLACK], [11, 11, RED]),
  ],
  dpr: [
    of("w:100/dpr:2", [200, 150], [10, 10, RED]),
    // "affects gravities offsets, watermark offsets, and paddings"
    of("w:100/dpr:2/pd:10/bg:000", [240, 190], [19, 19, BLACK], [21, 21, RED]),
    part("rs:fill:50:100/g:we:10:0/dpr:2", [100, 200], [30, 0, 150, 300], [10, 10, RED], [90, 190, BLUE]),
  ],
  enlarge: [of("w:800", [400, 300], [10, 10, RED]), of("w:800/el:1", [800, 600], [390, 10, RED], [410, 10, GREEN])],
  extend: [
    of("rs:fit:200:200:0:1/bg:000", [200, 200], [10, 20, BLACK], [10, 30, RED], [190, 170, WHITE], [190, 180, BLACK]),
    of("w:200/h:200/ex:1:so/bg:000", [200, 200], [10, 45, BLACK], [10, 55, RED]),
    of("w:200/h:200/ex:1:no:0:10/bg:000", [200, 200], [10, 5, BLACK], [10, 15, RED]),
  ],
  extendRatio: [
    of("rs:fit:800:800/exar:1/bg:000", [400, 400], [10, 45, BLACK], [10, 55, RED]),
    of("rs:fit:800:400/exar:1:ea/bg:000", [600, 300], [195, 10, BLACK], [205, 10, RED]),
  ],
  extendColour: [of("rs:fit:200:200:0:1/exbg:00f", [200, 200], [10, 10, BLUE], [10, 30, RED])],
  gravity: [
    part("rs:fill:100:150/g:we", [100, 150], [0, 0, 200, 300], [90, 10, RED], [90, 140, BLUE]),
    part("rs:fill:100:150/g:ea", [100, 150], [200, 0, 200, 300], [10, 10, GREEN], [10, 140, WHITE]),
    part("rs:fill:200:75/g:no", [200, 75], [0, 0, 400, 150], [10, 65, RED], [190, 65, GREEN]),
    part("rs:fill:200:75/g:so", [200, 75], [0, 150, 400, 150], [10, 10, BLUE], [190, 10, WHITE]),
    part("rs:fill:100:150/g:noea", [100, 150], [200, 0, 200, 300], [10, 10, GREEN]),
    part("rs:fill:200:75/g:soea", [200, 75], [0, 150, 400, 150], [190, 65, WHITE]),
    part("rs:fill:200:75/g:sowe", [200, 75], [0, 150, 400, 150], [10, 65, BLUE]),
    part("rs:fill:200:75/g:nowe", [200, 75], [0, 0, 400, 150], [10, 10, RED]),
    // An offset of 1 or more is pixels of the result; below it is a share.
    part("rs:fill:100:150/g:we:20:0", [100, 150], [40, 0, 200, 300], [70, 10, RED], [90, 10, GREEN]),
    part("rs:fill:100:150/g:we:0.25:0", [100, 150], [100, 0, 200, 300], [45, 10, RED], [55, 10, GREEN]),
    // "the coordinates of the center of the resulting image"
    part("rs:fill:100:150/g:fp:0.5:0.5", [100, 150], [100, 0, 200, 300], [45, 10, RED], [55, 10, GREEN]),
    part("rs:fill:100:150/g:fp:1:1", [100, 150], [200, 0, 200, 300], [10, 10, GREEN]),
  ],
  crop: [
    // "greater than or equal to 1: absolute; less than 1: relative; 0: full width or height"
    part("c:200:150:nowe", [200, 150], [0, 0, 200, 150], [195, 145, RED]),
    part("c:0.5:0.5:soea", [200, 150], [200, 150, 200, 150], [5, 5, WHITE]),
    part("c:0:150:so", [400, 150], [0, 150, 400, 150], [195, 5, BLUE], [205, 5, WHITE]),
    // "crop before resize"
    part("c:200:150:noea/w:100", [100, 75], [200, 0, 200, 150], [5, 5, GREEN]),
    // "When gravity is not set, imgproxy will use the value of the gravity option"
    part("c:200:150/g:sowe", [200, 150], [0, 150, 200, 150], [5, 5, BLUE]),
    part("c:200:150:nowe:100:75", [200, 150], [100, 75, 200, 150], [95, 70, RED], [105, 80, WHITE]),
    part("c:200:150:fp:0:1", [200, 150], [0, 150, 200, 150], [5, 5, BLUE]),
  ],
  trim: "pixelOptions.test.ts",
  padding: [
    // "CSS-style syntax"; "a size of 100x200 and padding:10 give 120x220"
    of("rs:force:100:200/pd:10/bg:000", [120, 220], [5, 5, BLACK], [11, 11, RED], [115, 215, BLACK]),
    of("w:100/pd:10:20/bg:000", [140, 95], [19, 40, BLACK], [21, 15, RED], [21, 9, BLACK]),
    of("w:100/pd:10:20:30/bg:000", [140, 115], [21, 11, RED], [21, 86, BLACK]),
    of("w:100/pd:10:20:30:40/bg:000", [160, 115], [39, 11, BLACK], [41, 11, RED], [141, 11, BLACK]),
    of("w:100/pd::20/bg:000", [140, 75], [19, 2, BLACK], [21, 2, RED]),
    // "filled according to the background option"
    of("w:100/pd:10", [120, 95], [5, 5, CLEAR]),
  ],
  // "based on the EXIF Orientation parameter"
  autoRotate: [
    turned(of("ar:1", [400, 300], [10, 10, RED], [390, 10, GREEN])),
    turned(of("ar:0", [300, 400], [10, 10, GREEN], [290, 10, WHITE], [10, 390, RED])),
    turned(of("rot:90/w:150", [150, 200], [5, 5, BLUE], [145, 5, RED])),
  ],
  rotate: [
    of("rot:90", [300, 400], [10, 10, BLUE], [290, 10, RED], [10, 390, WHITE], [290, 390, GREEN]),
    of("rot:180/w:200", [200, 150], [10, 10, WHITE], [190, 140, RED]),
    of("rot:270", [300, 400], [10, 10, GREEN], [290, 10, WHITE], [10, 390, RED]),
    of("rot:-90", [300, 400], [10, 10, GREEN]),
    of("rot:90/w:150", [150, 200], [5, 5, BLUE]),
  ],
  background: [
    of("w:100/pd:5/bg:255:128:0", [110, 85], [2, 2, [255, 128, 0, 255]]),
    of("w:100/pd:5/bg:ff8000", [110, 85], [2, 2, [255, 128, 0, 255]]),
    of("w:100/pd:5/bg:ff8000/bg:", [110, 85], [2, 2, CLEAR]),
  ],
  blur: [of("w:200/bl:5", [200, 150], [10, 10, RED], [100, 20, [128, 128, 0, 255]])],
  sharpen: [of("w:200/sh:1.5", [200, 150], [10, 10, RED], [190, 140, WHITE])],
  pixelate: [of("w:200/pix:60", [200, 150], [5, 5, RED], [65, 5, [170, 85, 0, 255]], [115, 55, [170, 85, 0, 255]])],
  watermark: "watermark.test.ts",
  keepProfile: "keptProfile.test.ts",
  quality: "pixelOptions.test.ts",
  formatQuality: "pixelOptions.test.ts",
  maxBytes: "pixelOptions.test.ts",
  format: "renderImage.test.ts",
  maxFrames: "renderMoving.test.ts",
  raw: "../rendition/passedOn.test.ts",
  skip: "../rendition/passedOn.test.ts",
  mostSourcePixels: "../request/withSettings.test.ts",
  mostFramePixels: "../request/withSettings.test.ts",
  mostSourceBytes: "../request/withSettings.test.ts",
  mostFrames: "../request/withSettings.test.ts",
  mostResultSide: "../request/withSettings.test.ts",
} as const satisfies Record<PixelField, readonly Example[] | string>;

let source: Uint8Array;
let onItsSide: Uint8Array;
beforeAll(async () => {
  source = await quarters().png().toBuffer();
  onItsSide = await quarters().rotate(270).withMetadata({ orientation: 6 }).png().toBuffer();
});

describe.each(Object.entries(EXAMPLES))("%s", (field, examples) => {
  if (typeof examples === "string") {
    test(`is looked at in ${examples}`, () => {
      const file = new URL(examples, import.meta.url);
      const { name, short } = OPTIONS[field as PixelField];
      const words = [...short, name].map((word) => `["\`/]${word}:`);
      const used = new RegExp([`\\b${field}\\b`, ...words].join("|"));
      expect(existsSync(file) && used.test(readFileSync(file, "utf8"))).toBe(true);
    });
    return;
  }
  test.each(examples.map((example: Example) => [example.options, example] as const))("%s", async (options, example) => {
    const { size, window = [0, 0, 400, 300], points, turned: isOnItsSide } = example;
    const read = options.split("/").reduce((before, segment) => applyOption(before, segment), DEFAULTS);
    const { transform } = splitOptions(read);
    const isTurned = transform.rotate % 180 !== 0;
    if (!isTurned && isOnItsSide === undefined) {
      const { window: shown } = computeGeometry({ width: 400, height: 300 }, transform);
      const near1 = (value: number, wanted: number) => Math.abs(value - wanted) <= 2;
      const sides = [shown.left, shown.top, shown.width, shown.height];
      expect([sides, sides.every((value, i) => near1(value, window[i] ?? -1))]).toEqual([sides, true]);
    }
    const { bytes } = await renderImage(orderOf(isOnItsSide ? onItsSide : source, transform, "png"));
    const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual(size);
    for (const [x, y, colour] of points) {
      const at = [...data.subarray(4 * (y * info.width + x), 4 * (y * info.width + x) + 4)];
      expect([x, y, at, near(at, colour, 16)]).toEqual([x, y, at, true]);
    }
  });
});

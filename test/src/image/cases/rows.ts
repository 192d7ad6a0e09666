/** What each file of ../shared/cases/image has to give: a size and some of its pixels, or the reason of the refusal. */
import type { Failure } from "../../../../src/errors.ts";

/** RGBA at x, y of the result. Colour does not count where alpha is 0. */
export type Spot = readonly [x: number, y: number, rgba: readonly [number, number, number, number]];

export type Case = {
  readonly file: string;
  /** 0: the source's own size. */
  readonly width?: number;
} & (
  | {
      readonly size: readonly [width: number, height: number];
      readonly spots?: readonly Spot[];
      /** The most that a channel may differ from its spot. */
      readonly within?: number;
      readonly truncated?: true;
    }
  | { readonly refused: Failure["reason"] }
);

const BLUE = [0, 0, 255, 255] as const;

export const RASTER_CASES: readonly Case[] = [
  // The first block says 6, the second one 1.
  { file: "exif-two-blocks-6-then-1.jpg", size: [36, 60] },
  {
    file: "cmyk-no-adobe-marker.jpg",
    size: [60, 36],
    spots: [
      [5, 5, [219, 7, 0, 255]],
      [45, 5, [53, 231, 4, 255]],
    ],
    within: 25,
  },
  { file: "icc-rgb-lut-swaps-red-blue.jpg", size: [60, 36], spots: [[5, 5, [27, 36, 203, 255]]], within: 4 },
  {
    file: "png-trns-longer-than-plte.png",
    size: [16, 16],
    spots: [
      [0, 0, [255, 0, 0, 255]],
      [1, 0, [0, 255, 0, 255]],
    ],
  },
  {
    file: "png16-linear-icc.png",
    size: [256, 4],
    spots: [4, 8, 12, 16, 20, 32].map((x): Spot => [x, 0, [x, x, x, 255]]),
    within: 1,
  },
  { file: "png-gama-1.png", size: [16, 16], spots: [[0, 0, [168, 168, 168, 255]]], within: 1 },
  // The exact value of the third channel is 31. Browsers show up to 38.
  { file: "png-cicp-p3.png", size: [16, 16], spots: [[0, 0, [215, 94, 34, 255]]], within: 4 },
  {
    file: "gif-frame-over-right-edge.gif",
    size: [40, 30],
    spots: [
      [5, 5, [0, 0, 0, 0]],
      [25, 5, [0, 255, 0, 255]],
    ],
  },
  { file: "gif-plain-text-extension.gif", size: [60, 40] },
  { file: "gif-screen-0x0.gif", size: [60, 40] },
  { file: "gif-lzw-code-out-of-range.gif", size: [10, 10], truncated: true },
  {
    file: "ico-48-of-8-bits-and-16-of-32.ico",
    size: [48, 48],
    spots: [
      [2, 2, BLUE],
      [40, 40, BLUE],
    ],
  },
  {
    file: "ico-48-of-8-bits-and-16-of-32.ico",
    width: 16,
    size: [16, 16],
    spots: [
      [1, 1, BLUE],
      [15, 15, BLUE],
    ],
  },
  {
    file: "ico-png256-bpp-0-and-16.ico",
    width: 64,
    size: [64, 64],
    spots: [
      [2, 2, [0, 200, 0, 255]],
      [50, 50, [0, 200, 0, 255]],
    ],
  },
  { file: "ico-png-without-alpha.ico", size: [48, 48] },
  { file: "ico-32-alpha-and-full-mask.ico", size: [32, 32], spots: [[2, 5, [200, 100, 50, 255]]] },
  { file: "ico-imagemagick.ico", width: 64, size: [64, 64] },
  { file: "bmp-os2-v2.bmp", size: [16, 16], spots: [[8, 8, [150, 150, 150, 255]]] },
  {
    file: "webp-anim-alpha-without-flag-lossy.webp",
    size: [100, 60],
    spots: [
      [5, 5, [0, 0, 0, 0]],
      [60, 30, [0, 0, 0, 164]],
    ],
    within: 255,
  },
  { file: "webp-anim-frame-smaller-no-alpha-flag.webp", size: [160, 100], spots: [[0, 0, [0, 0, 0, 0]]] },
];

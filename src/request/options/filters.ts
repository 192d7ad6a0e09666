/** Options that work on the pixels of the result, in this order: blur, sharpen, pixelate. */
import { MAX_SIDE } from "../transform.ts";
import { decimal, whole } from "./arguments.ts";
import { numberText, type Rows, same, single } from "./option.ts";

/** The widest blur: more makes one colour of any picture. */
const MAX_SIGMA = 1000;
/** The widest mask that sharpens, as in libvips. */
const MAX_MASK = 10;

export const FILTERS = {
  blur: {
    name: "blur",
    short: ["bl"],
    ...single("sigma", decimal(0, MAX_SIGMA), same),
    doc: "Gaussian blur of this standard deviation in pixels; 0 = none",
    fallback: 0,
    effect: "pixels",
    key: "bl",
    text: numberText,
    unsigned: "refusable",
  },
  sharpen: {
    name: "sharpen",
    short: ["sh"],
    ...single("sigma", decimal(0, MAX_MASK), same),
    doc: "Sharpens with a mask of this standard deviation in pixels; 0 = not",
    fallback: 0,
    effect: "pixels",
    key: "sh",
    text: numberText,
    unsigned: "refusable",
  },
  pixelate: {
    name: "pixelate",
    short: ["pix"],
    ...single("size", whole(0, MAX_SIDE), (size) => (size === 1 ? 0 : size)),
    doc: "Makes the picture of squares of so many pixels; 0 = not",
    fallback: 0,
    effect: "pixels",
    key: "pix",
    text: numberText,
    unsigned: "refusable",
  },
} as const satisfies Rows;

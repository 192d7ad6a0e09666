/** Options that decide which part of the source is shown, which way up and at which size. */
import { CENTRE, MAX_SIDE, RESIZE_TYPES } from "../transform.ts";
import { decimal, FLAG, oneOf, QUARTER_TURNS, whole } from "./arguments.ts";
import { gravityText, readCrop, readExtend, readGravity } from "./lengths.ts";
import { flagText, numberText, type Rows, same, single } from "./option.ts";

const SIDE = whole(0, MAX_SIDE);
/** For an option that has no effect on what a rendition shows, only on its size. */
const always = () => true;

export const GEOMETRY = {
  resize: {
    name: "resizing_type",
    short: ["rt"],
    ...single("resizing_type", oneOf(RESIZE_TYPES), same),
    doc: "How the picture meets the size",
    fallback: "fit",
    effect: "geometry",
    key: "rt",
    text: String,
    unsigned: "free",
  },
  width: {
    name: "width",
    short: ["w"],
    ...single("width", SIDE, same),
    doc: "Width in pixels; 0 follows the height",
    fallback: 0,
    effect: "geometry",
    key: "w",
    text: numberText,
    unsigned: "sides",
    keepsWhole: always,
  },
  height: {
    name: "height",
    short: ["h"],
    ...single("height", SIDE, same),
    doc: "Height in pixels; 0 follows the width",
    fallback: 0,
    effect: "geometry",
    key: "h",
    text: numberText,
    unsigned: "sides",
    keepsWhole: always,
  },
  dpr: {
    name: "dpr",
    short: [],
    ...single("dpr", decimal(0.1, 10), same),
    doc: "Multiplies width and height",
    fallback: 1,
    effect: "geometry",
    key: "dpr",
    text: numberText,
    unsigned: "sides",
    keepsWhole: always,
  },
  enlarge: {
    name: "enlarge",
    short: ["el"],
    ...single("enlarge", FLAG, same),
    doc: "Whether small pictures grow",
    fallback: false,
    effect: "geometry",
    key: "el",
    text: flagText,
    unsigned: "free",
    keepsWhole: always,
  },
  gravity: {
    name: "gravity",
    short: ["g"],
    args: [
      { name: "type", limit: "ce no so ea we noea nowe soea sowe fp" },
      { name: "x", limit: "pixels, or a share below 1" },
      { name: "y", limit: "pixels, or a share below 1" },
    ],
    read: readGravity,
    doc: "What stays when something is cut off",
    fallback: CENTRE,
    effect: "geometry",
    key: "g",
    text: gravityText,
    unsigned: "refusable",
    // It has an effect only where something is cut, and then the option that cuts says so.
    keepsWhole: always,
  },
  crop: {
    name: "crop",
    short: ["c"],
    args: [
      { name: "width", limit: "pixels, or a share below 1; 0 = all" },
      { name: "height", limit: "as width" },
      { name: "gravity", limit: "as gravity, which it falls back on" },
    ],
    read: readCrop,
    doc: "Cuts a piece out before resizing",
    fallback: null,
    effect: "geometry",
    key: "c",
    text: (crop) =>
      crop === null
        ? ""
        : [numberText(crop.width), numberText(crop.height), gravityText(crop.gravity ?? CENTRE)].join("_"),
    unsigned: "refusable",
  },
  autoRotate: {
    name: "auto_rotate",
    short: ["ar"],
    ...single("auto_rotate", FLAG, same),
    doc: "Turns upright by EXIF",
    fallback: true,
    effect: "geometry",
    key: "ar",
    text: flagText,
    unsigned: "free",
    keepsWhole: (_, { orientation }) => orientation === 1,
  },
  rotate: {
    name: "rotate",
    short: ["rot"],
    ...single("degrees", QUARTER_TURNS, same),
    doc: "Clockwise, after auto_rotate",
    fallback: 0,
    effect: "geometry",
    key: "rot",
    text: numberText,
    unsigned: "refusable",
  },
  extend: {
    name: "extend",
    short: ["ex"],
    args: [
      { name: "extend", limit: FLAG.limit },
      { name: "gravity", limit: "as gravity: where the picture stands" },
    ],
    read: readExtend,
    doc: "Extends the canvas to width and height when the result is smaller",
    fallback: null,
    effect: "geometry",
    key: "ex",
    text: (extend) => (extend === null ? "" : `1_${gravityText(extend)}`),
    unsigned: "refusable",
  },
} as const satisfies Rows;

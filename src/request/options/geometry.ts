/** Options that decide which part of the source is shown, which way up and at which size. */
import { CENTRE, MAX_SIDE, NOTHING_MORE, RESIZE_TYPES, type Transform } from "../transform.ts";
import { ArgumentError, decimal, FLAG, oneOf, QUARTER_TURNS, readColour, whole } from "./arguments.ts";
import { gravityText, readCrop, readGravity } from "./lengths.ts";
import { flagText, numberText, type Rows, same, single } from "./option.ts";

const SIDE = whole(0, MAX_SIDE);
/** For an option that has no effect on what a rendition shows, only on its size. */
const always = () => true;

const ZOOM = decimal(0.01, 10);
const THRESHOLD = decimal(0, 255);

/** What both least sides have in common. */
function least(side: "width" | "height") {
  return {
    ...single(side, SIDE, same),
    doc: `Least ${side} in pixels. The picture grows to it, and \`width\` and \`height\` cut what is then larger`,
    fallback: 0,
    effect: "geometry",
    text: numberText,
    unsigned: "signed",
  } as const;
}

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
      { name: "type", limit: "ce no so ea we noea nowe soea sowe fp sm" },
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
  minWidth: { ...least("width"), name: "min_width", short: ["mw", "min-width"], key: "mw" },
  minHeight: { ...least("height"), name: "min_height", short: ["mh", "min-height"], key: "mh" },
  zoom: {
    name: "zoom",
    short: ["z"],
    args: [
      { name: "x", limit: ZOOM.limit },
      { name: "y", limit: "as x, which it falls back on" },
    ],
    read: readZoom,
    doc: "Multiplies the size, with `x` the width and with `y` the height; gravity offsets and padding stay",
    fallback: NOTHING_MORE.zoom,
    effect: "geometry",
    key: "z",
    text: ({ x, y }) => (x === 1 && y === 1 ? "" : `${numberText(x)}_${numberText(y)}`),
    unsigned: "signed",
  },
  trim: {
    name: "trim",
    short: ["t"],
    args: [
      { name: "threshold", limit: THRESHOLD.limit },
      { name: "colour", limit: "3 or 6 hexadecimal digits; empty = the colour of the upper left pixel" },
      { name: "equal_hor", limit: FLAG.limit },
      { name: "equal_ver", limit: FLAG.limit },
    ],
    read: readTrim,
    doc: "Cuts off the border of one colour first; `equal_hor` and `equal_ver` cut the same on both sides. Of an animation it makes a still",
    fallback: null,
    effect: "geometry",
    key: "t",
    text: trimText,
    unsigned: "refusable",
  },
} as const satisfies Rows;

/** `x[:y]`; one factor is for both. */
function readZoom([x = "", y = "", ...more]: readonly string[]): Transform["zoom"] | undefined {
  if (more.length > 0) throw new ArgumentError([x, y, ...more].join(":"), "two arguments");
  if (x === "") return undefined;
  return { x: ZOOM.read(x), y: ZOOM.read(y === "" ? x : y) };
}

/** `threshold[:colour[:equal_hor[:equal_ver]]]`. */
function readTrim([threshold = "", colour = "", x = "", y = "", ...more]: readonly string[]) {
  if (more.length > 0) throw new ArgumentError(more.join(":"), "four arguments");
  if (threshold === "") return undefined;
  const trim: Transform["trim"] = {
    threshold: THRESHOLD.read(threshold),
    colour: readColour([colour]),
    equalX: x !== "" && FLAG.read(x),
    equalY: y !== "" && FLAG.read(y),
  };
  return trim;
}

/** `10_ffffff_1_0`, as the address has it. */
function trimText(trim: Transform["trim"]): string {
  if (trim === null) return "";
  const colour = trim.colour?.map((channel) => channel.toString(16).padStart(2, "0")).join("") ?? "";
  return [numberText(trim.threshold), colour, flagText(trim.equalX), flagText(trim.equalY)].join("_");
}

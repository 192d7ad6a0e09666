/**
 * Every option of a picture, one row each: how it is read, its default, its canonical text, what it changes, what an
 * unsigned request may do with it, and its documentation. docs/url.md is printed from this table. A field of Transform
 * without a row does not compile.
 */
import type { ImageRequest } from "../imageRequest.ts";
import { CENTRE, MAX_SIDE, RESIZE_TYPES, type Transform } from "../transform.ts";
import { decimal, FLAG, FORMAT, oneOf, QUARTER_TURNS, readColour, readFilename, whole } from "./arguments.ts";
import { gravityText, readCrop, readGravity } from "./lengths.ts";
import { type Option, single, type UnsignedRule } from "./option.ts";
import { quantise } from "./quantum.ts";

/** Everything that options say. */
export type Options = Transform & Pick<ImageRequest, "cachebuster" | "expires"> & ImageRequest["delivery"];

const SIDE = whole(0, MAX_SIDE);
const number = (value: number) => String(quantise(value));
const flag = (value: boolean) => (value ? "1" : "0");
const word = (value: string) => value;
const same = <T>(value: T) => value;
/** For options that have no effect on what a rendition shows, only on its size or its bytes. */
const always = () => true;

export const OPTIONS = {
  resize: {
    name: "resizing_type",
    short: ["rt"],
    ...single("resizing_type", oneOf(RESIZE_TYPES), same),
    doc: "How the picture meets the size",
    fallback: "fit",
    effect: "geometry",
    key: "rt",
    text: word,
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
    text: number,
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
    text: number,
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
    text: number,
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
    text: flag,
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
      crop === null ? "" : [number(crop.width), number(crop.height), gravityText(crop.gravity ?? CENTRE)].join("_"),
    unsigned: "refusable",
  },
  background: {
    name: "background",
    short: ["bg"],
    args: [{ name: "colour", limit: "hex RGB, or red:green:blue of 0 to 255; empty keeps alpha" }],
    read: readColour,
    doc: "Puts transparent pictures on a colour",
    fallback: null,
    effect: "pixels",
    key: "bg",
    text: (colour) => colour?.join("_") ?? "",
    unsigned: "refusable",
    keepsWhole: (_, { alpha }) => !alpha,
  },
  quality: {
    name: "quality",
    short: ["q"],
    ...single("quality", whole(0, 100), (quality) => (quality === 0 ? null : quality)),
    doc: "Of lossy formats; 0 = the format's default",
    fallback: null,
    effect: "pixels",
    key: "q",
    text: (quality) => (quality === null ? "" : number(quality)),
    unsigned: "qualities",
    // How good a parent's quality must be is a rule of its own (rendition/chooseParent.ts).
    keepsWhole: always,
  },
  format: {
    name: "format",
    short: ["f", "ext"],
    ...single("format", FORMAT, same),
    doc: "Instead of what the browser accepts",
    fallback: "auto",
    effect: "pixels",
    key: "f",
    text: word,
    unsigned: "free",
    keepsWhole: (format, { alpha }) => !alpha || format === "webp" || format === "png",
  },
  autoRotate: {
    name: "auto_rotate",
    short: ["ar"],
    ...single("auto_rotate", FLAG, same),
    doc: "Turns upright by EXIF",
    fallback: true,
    effect: "geometry",
    key: "ar",
    text: flag,
    unsigned: "free",
    keepsWhole: (_, { orientation }) => orientation === 1,
  },
  rotate: {
    name: "rotate",
    short: ["rot"],
    ...single("degrees", QUARTER_TURNS, same),
    doc: "Clockwise, after that",
    fallback: 0,
    effect: "geometry",
    key: "rot",
    text: number,
    unsigned: "refusable",
  },
  expires: {
    name: "expires",
    short: ["exp"],
    ...single("unix_seconds", whole(0, 99_999_999_999), (at) => (at === 0 ? null : at)),
    doc: "Answers 410 from then on; 0 = never",
    fallback: null,
    effect: "delivery",
  },
  cachebuster: {
    name: "cachebuster",
    short: ["cb"],
    args: [{ name: "text", limit: "any" }],
    read: (args) => args.join(":"),
    doc: "Part of the cache key, nothing else",
    fallback: "",
    effect: "cache",
    key: "cb",
    text: encodeURIComponent,
    unsigned: "refusable",
  },
  filename: {
    name: "filename",
    short: ["fn"],
    args: [
      { name: "name", limit: "without / \\ and control characters, at most 200 characters" },
      { name: "encoded", limit: FLAG.limit },
    ],
    read: readFilename,
    doc: "Name to save under; `encoded` says it is base64url",
    fallback: null,
    effect: "delivery",
  },
  attachment: {
    name: "return_attachment",
    short: ["att"],
    ...single("attachment", FLAG, same),
    doc: "Offers to save instead of showing",
    fallback: false,
    effect: "delivery",
  },
} as const satisfies { readonly [K in keyof Options]: Option<Options[K]> };

/** Options that set several others by the position of their arguments. Each ends with `extend`, which must be off. */
export const COMPOSED = {
  resize: { short: ["rs"], fields: ["resize", "width", "height", "enlarge"], doc: "Type, size and enlarging in one" },
  size: { short: ["s"], fields: ["width", "height", "enlarge"], doc: "Size and enlarging in one" },
} as const satisfies Record<string, { short: readonly string[]; fields: readonly (keyof Options)[]; doc: string }>;

/** The fields whose rows have this rule for unsigned requests. */
export type FieldsUnder<Rule extends UnsignedRule> = {
  [K in keyof Transform]: (typeof OPTIONS)[K] extends { readonly unsigned: Rule } ? K : never;
}[keyof Transform];

/** Options that decide what the pixels look like and how they are encoded. */
import { outputOf } from "../../image/formats/registry.ts";
import type { FormatQuality } from "../transform.ts";
import { ANY_FORMAT, ArgumentError, FLAG, FORMAT, formatWords, readColour, whole } from "./arguments.ts";
import { numberText, type Rows, same, single } from "./option.ts";

/** More than any result has. */
const MAX_BYTES = 100_000_000;
const QUALITY = whole(0, 100);
const FORMAT_WORDS = formatWords();
/** Formats that imgproxy writes and we do not. */
const NOT_MADE: readonly string[] = ["avif", "jxl", "gif", "tiff", "bmp", "ico", "heic"];

export const PIXELS = {
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
    text: (quality) => (quality === null ? "" : numberText(quality)),
    unsigned: "qualities",
    // How good a parent's quality must be is a rule of its own (rendition/chooseParent.ts).
    keepsWhole: () => true,
  },
  formatQuality: {
    name: "format_quality",
    short: ["fq"],
    args: [
      { name: "format", limit: "a file name extension" },
      { name: "quality", limit: "0 to 100; 0 = the format's default" },
      { name: "...", limit: "more pairs" },
    ],
    read: readFormatQuality,
    doc: "Quality by format, where `quality` does not say; formats that are not made here are passed over",
    fallback: {},
    effect: "pixels",
    key: "fq",
    text: (qualities) =>
      Object.entries(qualities)
        .map(([format, quality]) => `${format}_${quality}`)
        .sort()
        .join("_"),
    unsigned: "signed",
  },
  maxBytes: {
    name: "max_bytes",
    short: ["mb"],
    ...single("bytes", whole(0, MAX_BYTES), same),
    doc: "Lowers the quality of JPEG and WebP, to 10 at least, until the file has at most so many bytes; 0 = any number",
    fallback: 0,
    effect: "pixels",
    key: "mb",
    text: numberText,
    unsigned: "signed",
  },
  format: {
    name: "format",
    short: ["f", "ext"],
    ...single("format", ANY_FORMAT, same),
    doc: "Instead of what the browser accepts; `avif` only in signed addresses, and only where `AVIF` is `second-view`",
    fallback: "auto",
    effect: "pixels",
    key: "f",
    text: String,
    unsigned: "free",
    keepsWhole: (format, { alpha }) => !alpha || (format !== "auto" && outputOf(format).abilities.alpha),
  },
  maxFrames: {
    name: "disable_animation",
    short: ["da"],
    ...single("disable", FLAG, (isOff) => (isOff ? 1 : null)),
    doc: "Makes a still of an animation, which its first frame is. Without it `MAX_ANIMATION_FRAMES` decides, whose default is stills",
    fallback: null,
    effect: "pixels",
    key: "an",
    // Pictures of before this option are stills.
    text: (frames) => (frames === null || frames === 1 ? "" : numberText(frames)),
    unsigned: "free",
    // Which parents move as a smaller size must is a rule of its own (rendition/chooseParent.ts).
    keepsWhole: () => true,
  },
} as const satisfies Rows;

/** `format:quality:format:quality…`; of two for one format the last counts. */
function readFormatQuality(args: readonly string[]): FormatQuality | undefined {
  if (args.every((text) => text === "")) return undefined;
  if (args.length % 2 !== 0) throw new ArgumentError(args.join(":"), "pairs of format and quality");
  const qualities = new Map<string, number>();
  for (let i = 0; i < args.length; i += 2) {
    const [word = "", text = ""] = args.slice(i, i + 2);
    const format = FORMAT_WORDS.get(word);
    if (format === undefined && !NOT_MADE.includes(word)) throw new ArgumentError(word, FORMAT.limit);
    const quality = QUALITY.read(text);
    if (format !== undefined) qualities.set(format, quality);
  }
  return Object.fromEntries([...qualities].filter(([, quality]) => quality > 0));
}

/** Options that hand on the source's file as it is. Only kinds that are made here are handed on, never SVG. */
import type { OutputFormat } from "../../image/formats/registry.ts";
import { ArgumentError, FLAG, FORMAT, formatWords } from "./arguments.ts";
import { flagText, type Rows, same, single } from "./option.ts";

/** Kinds that imgproxy may skip and we always process. */
const ALWAYS_PROCESSED: readonly string[] = ["avif", "jxl", "gif", "tiff", "bmp", "ico", "heic", "svg"];

export const PASSING = {
  raw: {
    name: "raw",
    short: [],
    ...single("raw", FLAG, same),
    doc: "The source's file as it is, with its metadata, when it is JPEG, PNG or WebP; other kinds are 400",
    fallback: false,
    effect: "pixels",
    key: "raw",
    text: flagText,
    unsigned: "signed",
  },
  skip: {
    name: "skip_processing",
    short: ["skp"],
    args: [
      { name: "format", limit: "a file name extension" },
      { name: "...", limit: "more of them" },
    ],
    read: readSkip,
    doc: "The file as it is when the source has one of these formats and the answer would have that format too (`.jpg` in the address, or a format that the reader's Accept allows)",
    fallback: [],
    effect: "pixels",
    key: "skp",
    text: (formats) => [...formats].sort().join("_"),
    unsigned: "signed",
  },
} as const satisfies Rows;

function readSkip(args: readonly string[]): readonly OutputFormat[] {
  const words = formatWords();
  const formats = args.flatMap((word) => {
    const format = words.get(word);
    if (format === undefined && word !== "" && !ALWAYS_PROCESSED.includes(word)) {
      throw new ArgumentError(word, FORMAT.limit);
    }
    return format === undefined ? [] : [format];
  });
  return [...new Set(formats)];
}

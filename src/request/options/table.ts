/** imgproxy's processing options as one table: names, arguments, ranges. docs/url.md is printed from it. */
import { Failure } from "../../errors.ts";
import type { ImageRequest, ResizeType, Transform } from "../imageRequest.ts";
import { textFromBase64url } from "../signing/base64url.ts";
import {
  ArgumentError,
  type ArgumentReader,
  CROP_SIDE,
  decimal,
  FLAG,
  FORMAT,
  HEX_COLOUR,
  QUARTER_TURNS,
  readGravity,
  whole,
  word,
} from "./arguments.ts";

/** What options say, on top of the defaults. */
export type Options = Transform & Pick<ImageRequest, "cachebuster" | "expires"> & ImageRequest["delivery"];

export const DEFAULTS: Options = {
  resize: "fit",
  width: 0,
  height: 0,
  dpr: 1,
  enlarge: false,
  gravity: { kind: "compass", at: "ce", x: 0, y: 0 },
  crop: null,
  background: null,
  quality: null,
  format: "auto",
  autoRotate: true,
  rotate: 0,
  cachebuster: "",
  expires: null,
  filename: null,
  attachment: false,
};

type Change = Partial<Options>;
type Argument = { readonly name: string; readonly limit: string; readonly change: (text: string) => Change };

type Option = {
  readonly short: readonly string[];
  readonly args: readonly { readonly name: string; readonly limit: string }[];
  readonly doc: string;
  readonly change: (args: readonly string[]) => Change;
};

/** Longest side that can be asked for, in pixels; the formats' own headers hold no more. */
const SIDE = whole(0, 65_535);
const RESIZE_TYPES = word<ResizeType>({
  fit: "fit",
  fill: "fill",
  "fill-down": "fill-down",
  force: "force",
  auto: "auto",
});

const TYPE = argument("resizing_type", RESIZE_TYPES, (resize) => ({ resize }));
const WIDTH = argument("width", SIDE, (width) => ({ width }));
const HEIGHT = argument("height", SIDE, (height) => ({ height }));
const ENLARGE = argument("enlarge", FLAG, (enlarge) => ({ enlarge }));
/** Canvases are not extended here; builders that always write the argument may say so. */
const EXTEND = argument("extend", word({ "0": 0, f: 0, false: 0 }), () => ({}));
const GRAVITY_ARGS = [
  { name: "type", limit: "ce no so ea we noea nowe soea sowe fp" },
  { name: "x", limit: "pixels, or a share below 1" },
  { name: "y", limit: "pixels, or a share below 1" },
] as const;

export type OptionName =
  | "resize"
  | "size"
  | "resizing_type"
  | "width"
  | "height"
  | "dpr"
  | "enlarge"
  | "gravity"
  | "crop"
  | "background"
  | "quality"
  | "format"
  | "auto_rotate"
  | "rotate"
  | "expires"
  | "cachebuster"
  | "filename"
  | "return_attachment";

export const OPTIONS = {
  resize: option(["rs"], "Type, size and enlarging in one", TYPE, WIDTH, HEIGHT, ENLARGE, EXTEND),
  size: option(["s"], "Size and enlarging in one", WIDTH, HEIGHT, ENLARGE, EXTEND),
  resizing_type: option(["rt"], "How the picture meets the size", TYPE),
  width: option(["w"], "Width in pixels; 0 follows the height", WIDTH),
  height: option(["h"], "Height in pixels; 0 follows the width", HEIGHT),
  dpr: option(
    [],
    "Multiplies width and height",
    argument("dpr", decimal(0.1, 10), (dpr) => ({ dpr })),
  ),
  enlarge: option(["el"], "Whether small pictures grow", ENLARGE),
  gravity: {
    short: ["g"],
    args: GRAVITY_ARGS,
    doc: "What stays when something is cut off",
    change: (args) => ({ gravity: readGravity(args) }),
  },
  crop: {
    short: ["c"],
    args: [
      { name: "width", limit: "pixels, or a share below 1; 0 = all" },
      { name: "height", limit: "as width" },
      { name: "gravity", limit: "as gravity, which it falls back on" },
    ],
    doc: "Cuts a piece out before resizing",
    change: readCrop,
  },
  background: {
    short: ["bg"],
    args: [{ name: "colour", limit: "hex RGB, or red:green:blue of 0 to 255; empty keeps alpha" }],
    doc: "Puts transparent pictures on a colour",
    change: readBackground,
  },
  quality: option(
    ["q"],
    "Of lossy formats; 0 = the format's default",
    argument("quality", whole(0, 100), (quality) => ({ quality: quality === 0 ? null : quality })),
  ),
  format: option(
    ["f", "ext"],
    "Instead of what the browser accepts",
    argument("format", FORMAT, (format) => ({ format })),
  ),
  auto_rotate: option(
    ["ar"],
    "Turns upright by EXIF",
    argument("auto_rotate", FLAG, (autoRotate) => ({ autoRotate })),
  ),
  rotate: option(
    ["rot"],
    "Clockwise, after that",
    argument("degrees", QUARTER_TURNS, (rotate) => ({ rotate })),
  ),
  expires: option(
    ["exp"],
    "Answers 410 from then on; 0 = never",
    argument("unix_seconds", whole(0, 99_999_999_999), (at) => ({ expires: at === 0 ? null : at })),
  ),
  cachebuster: {
    short: ["cb"],
    args: [{ name: "text", limit: "any" }],
    doc: "Part of the cache key, nothing else",
    change: (args) => ({ cachebuster: args.join(":") }),
  },
  filename: {
    short: ["fn"],
    args: [
      { name: "name", limit: "without / \\ and control characters, at most 200 characters" },
      { name: "encoded", limit: FLAG.limit },
    ],
    doc: "Name to save under; `encoded` says it is base64url",
    change: readFilename,
  },
  return_attachment: option(
    ["att"],
    "Offers to save instead of showing",
    argument("attachment", FLAG, (attachment) => ({ attachment })),
  ),
} as const satisfies Record<OptionName, Option>;

const BY_NAME: ReadonlyMap<string, readonly [OptionName, Option]> = new Map(
  Object.entries(OPTIONS).flatMap(([long, entry]) =>
    [long, ...entry.short].map((name) => [name, [long as OptionName, entry]] as const),
  ),
);

/**
 * Applies one path segment (`rs:fill:300:200`) to options; arguments left out or empty keep what was there. Throws
 * Failure `option_unknown` or `option_invalid`, both with the option's name.
 */
export function applyOption(options: Options, segment: string): Options {
  const [name = "", ...args] = segment.split(":");
  const found = BY_NAME.get(name);
  if (found === undefined) throw new Failure("option_unknown", { option: name.slice(0, 50) });
  const [long, entry] = found;
  try {
    return { ...options, ...entry.change(args) };
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const shown = name === long ? long : `${long} (${name})`;
    throw new Failure("option_invalid", { option: shown, value: `"${error.value.slice(0, 80)}"`, limit: error.limit });
  }
}

function argument<T>(name: string, { read, limit }: ArgumentReader<T>, change: (value: T) => Change): Argument {
  return { name, limit, change: (text) => change(read(text)) };
}

/** An option whose arguments stand by position. */
function option(short: readonly string[], doc: string, ...args: readonly Argument[]): Option {
  const change = (texts: readonly string[]) => {
    if (texts.length > args.length) throw new ArgumentError(texts.join(":"), `at most ${args.length} arguments`);
    return Object.assign({}, ...args.map((arg, i) => (texts[i] ? arg.change(texts[i]) : {}))) as Change;
  };
  return { short, doc, args, change };
}

function readCrop([width = "", height = "", ...gravity]: readonly string[]): Change {
  const side = (text: string) => (text === "" ? 0 : CROP_SIDE.read(text));
  const own = gravity.length > 0 && gravity[0] !== "" ? readGravity(gravity) : null;
  const crop = { width: side(width), height: side(height), gravity: own };
  return { crop: crop.width === 0 && crop.height === 0 ? null : crop };
}

function readBackground(args: readonly string[]): Change {
  const [first = "", second = "", third = ""] = args;
  if (args.length === 1) return { background: first === "" ? null : HEX_COLOUR.read(first) };
  if (args.length !== 3) throw new ArgumentError(args.join(":"), "one hex colour or three numbers");
  const channel = whole(0, 255);
  return { background: [channel.read(first), channel.read(second), channel.read(third)] };
}

function readFilename([text = "", encoded = "", ...more]: readonly string[]): Change {
  const isEncoded = encoded !== "" && FLAG.read(encoded);
  const name = isEncoded ? textFromBase64url(text) : percentDecoded(text);
  const fits = name !== null && more.length === 0 && name.length <= 200 && !/[\x00-\x1f\x7f/\\]/.test(name);
  if (!fits)
    throw new ArgumentError(text, "a file name of at most 200 characters, without / \\ and control characters");
  return { filename: name === "" ? null : name };
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

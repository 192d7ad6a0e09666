/** IPX's grammar, which Nuxt writes: `/_ipx/{modifier}_{value},…/{source}`, and `_` for no modifier. Geometry is sharp's. */
import type { Config } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import type { OutputFormat } from "../../image/formats/registry.ts";
import { formatWords, QUARTER_TURNS, reader, whole } from "../options/arguments.ts";
import { cssColour } from "../options/cssColour.ts";
import { pathSource, percentDecoded } from "../source/writtenSource.ts";
import { CENTRE, type CompassPoint, compass, type Gravity, MAX_SIDE, type ResizeType } from "../transform.ts";
import type { Asked, Grammar } from "./grammar.ts";
import { type Parameter, readParameters, type Values, without, wordOf } from "./parameter.ts";
import { unsignedRequest, type Wish } from "./unsignedRequest.ts";

const PREFIX = "/_ipx/";

/** `down`: without `enlarge`, no side is larger than the picture's, and the proportion asked for stays. */
type Fit = { readonly grown: ResizeType; readonly down: ResizeType; readonly pads?: true };

const FITS = {
  cover: { grown: "fill", down: "fill-down" },
  contain: { grown: "fit", down: "fit-down", pads: true },
  fill: { grown: "force", down: "force" },
  inside: { grown: "fit", down: "fit" },
  outside: { grown: "outside", down: "outside" },
} as const satisfies Record<string, Fit>;
const DEFAULT_FIT: Fit = FITS.cover;

/** sharp's words for compass points. `_` divides modifiers from values, so two words have `-` between them. */
const POSITIONS = {
  ...{ center: "ce", centre: "ce", top: "no", right: "ea", bottom: "so", left: "we" },
  ...{ "right-top": "noea", "right-bottom": "soea", "left-bottom": "sowe", "left-top": "nowe" },
  ...{ north: "no", northeast: "noea", east: "ea", southeast: "soea" },
  ...{ south: "so", southwest: "sowe", west: "we", northwest: "nowe" },
} as const satisfies Record<string, CompassPoint>;

/** sharp's default colour of what `contain` adds, and of `flatten`. */
const BLACK = [0, 0, 0] as const;

const SIDE = whole(1, MAX_SIDE);
const FLAG = reader("without a value, or 1, true", (text) => (["", "1", "true"].includes(text) ? true : undefined));
const FORMATS: Record<string, OutputFormat | "auto"> = { auto: "auto", ...Object.fromEntries(formatWords()) };

export const MODIFIERS = {
  width: { ...SIDE, short: ["w"], doc: "Width in pixels" },
  height: { ...SIDE, short: ["h"], doc: "Height in pixels" },
  resize: { ...reader("{width}x{height}", readSize), short: ["s"], doc: "Width and height in one" },
  fit: { ...wordOf<Fit>(FITS), doc: "How the picture meets a box of two sides; `cover` is the default" },
  position: {
    ...reader(`one of ${Object.keys(POSITIONS).join(", ")}; there is no smart cropping here`, readPosition),
    short: ["pos"],
    doc: "What stays when `cover` cuts, and where the picture stands with `contain`",
  },
  background: { ...cssColour("last"), short: ["b"], doc: "Colour of what `contain` adds, and of `flatten`" },
  flatten: { ...FLAG, doc: "Puts transparent pictures on `background`" },
  enlarge: { ...FLAG, doc: "Small pictures grow" },
  quality: { ...whole(1, 100), short: ["q"], doc: "Of lossy formats" },
  format: { ...wordOf(FORMATS), short: ["f"], doc: "`auto` is by the browser's Accept, as without `format`" },
  rotate: { ...QUARTER_TURNS, doc: "Degrees, clockwise" },
  animated: {
    ...FLAG,
    short: ["a"],
    doc: "Keeps an animation moving, as far as `MAX_ANIMATION_FRAMES` allows. Without it, it becomes a still",
  },
  kernel: without("There is one way of resampling", "lanczos3"),
} as const satisfies Record<string, Parameter>;

export const IPX: Grammar = {
  matches: (path) => path.startsWith(PREFIX),
  read: readIpxUrl,
  authorities: ["list"],
  form: "/_ipx/{modifier}_{value},…/{source}",
  doc: "Nuxt Image's `ipx`, unpic's `ipx`",
  parameters: MODIFIERS,
};

/** Throws Failure `url_invalid`, `source_invalid`, `option_unknown`, `option_invalid`. */
async function readIpxUrl(asked: Asked, config: Config): ReturnType<Grammar["read"]> {
  const rest = asked.path.slice(PREFIX.length);
  const slash = rest.indexOf("/");
  if (slash <= 0) throw new Failure("url_invalid", { why: "it is not /_ipx/{modifiers}/{source}, with _ for none" });
  const modifiers = rest.slice(0, slash);
  const pairs = modifiers === "_" ? [] : modifiers.split(/[&,]/).filter((modifier) => modifier !== "");
  const values = readParameters(pairs.map(pairOf), MODIFIERS, "refused");
  const source = pathSource(rest.slice(slash + 1), asked.query, "once");
  return unsignedRequest(source, wishOf(values), asked, config);
}

/** `s_200x100`, `s:200x100` or `s=200x100`. A value with the dividing mark in it is written with `_`. */
function pairOf(modifier: string): readonly [name: string, text: string] {
  const [name = "", ...parts] = modifier.split(/[:=_]/);
  return [percentDecoded(name), parts.map(percentDecoded).join("_")];
}

function wishOf(values: Values<typeof MODIFIERS>): Wish {
  const { fit = DEFAULT_FIT, position = CENTRE, background, flatten, enlarge = false } = values;
  const { width, height } = { ...values, ...values.resize };
  const { quality, format, rotate, animated = false } = values;
  const isBox = width !== undefined && height !== undefined;
  const pads = isBox && fit.pads === true;
  return {
    ...{ width, height, enlarge, quality, format, rotate },
    maxFrames: animated ? null : 1,
    resize: isBox ? fit[enlarge ? "grown" : "down"] : "fit",
    gravity: position,
    background: flatten ? (background ?? BLACK) : null,
    extend: pads ? position : null,
    extendColour: pads ? (background === undefined ? BLACK : background) : null,
  };
}

/** `200x100`; `200` is a square. */
function readSize(text: string): { readonly width: number; readonly height: number } | undefined {
  const [, width, height = width] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  const isSide = (side: number) => side >= 1 && side <= MAX_SIDE;
  return isSide(size.width) && isSide(size.height) ? size : undefined;
}

function readPosition(text: string): Gravity | undefined {
  const word = text.replace(" ", "-");
  if (!Object.hasOwn(POSITIONS, word)) return undefined;
  return compass(POSITIONS[word as keyof typeof POSITIONS]);
}

/**
 * Cloudflare's grammar of image transformations, under a prefix of our own: `/image/{option}={value},…/{source}`. The
 * platform keeps `/cdn-cgi/` for itself. Option names and geometry are those of its documentation
 * (developers.cloudflare.com/images, optimization features).
 */
import type { Config } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import type { OutputFormat } from "../../image/formats/registry.ts";
import { WIDTH_HINTS } from "../clientHints.ts";
import { decimal, formatWords, QUARTER_TURNS, reader, whole } from "../options/arguments.ts";
import { cssColour } from "../options/cssColour.ts";
import { quantise } from "../options/quantum.ts";
import { pathSource, percentDecoded } from "../source/writtenSource.ts";
import { CENTRE, compass, type Gravity, MAX_SIDE, type Transform } from "../transform.ts";
import type { Asked, Grammar } from "./grammar.ts";
import { type Parameter, readParameters, type Values, without, wordOf } from "./parameter.ts";
import { unsignedRequest, type Wish } from "./unsignedRequest.ts";

const PREFIX = "/image/";

type Fit = Pick<Transform, "resize" | "enlarge"> & { readonly pads?: true };

/** The documentation's table: what is kept, what is cut, what grows. */
const FITS = {
  "scale-down": { resize: "fit", enlarge: false },
  contain: { resize: "fit", enlarge: true },
  cover: { resize: "fill", enlarge: true },
  crop: { resize: "fill", enlarge: false },
  "aspect-crop": { resize: "fill-down", enlarge: false },
  pad: { resize: "fit", enlarge: true, pads: true },
  squeeze: { resize: "force", enlarge: true },
} as const satisfies Record<string, Fit>;
const DEFAULT_FIT: Fit = FITS["scale-down"];

const SIDES = {
  left: compass("we"),
  right: compass("ea"),
  top: compass("no"),
  bottom: compass("so"),
} as const satisfies Record<string, Gravity>;

/** Perceptual qualities. The documentation gives no numbers for them. */
const QUALITIES = { high: 90, "medium-high": 80, "medium-low": 65, low: 50 } as const satisfies Record<string, number>;

/** Padding is white unless `background` says otherwise. */
const WHITE = [255, 255, 255] as const;

const SIDE = whole(1, MAX_SIDE);
const QUALITY = whole(1, 100);

export const PARAMETERS = {
  width: {
    ...reader(`${SIDE.limit}, or auto`, (text) => (text === "auto" ? text : SIDE.read(text))),
    short: ["w"],
    doc: "Width in pixels, of the picture after `rotate`; `auto` is by the browser's client hints",
  },
  height: { ...SIDE, short: ["h"], doc: "Height in pixels, likewise" },
  fit: { ...wordOf<Fit>(FITS), doc: "How the picture meets width and height; `scale-down` is the default" },
  gravity: {
    ...reader("left, right, top, bottom, or XxY with 0 to 1; there is no smart cropping here", readSide),
    short: ["g"],
    doc: "What stays when `fit` cuts; the centre is the default",
  },
  dpr: { ...decimal(0.1, 10), doc: "Multiplies width and height" },
  quality: {
    ...reader(`${QUALITY.limit}, or ${Object.keys(QUALITIES).join(", ")}`, readQuality),
    short: ["q"],
    doc: "Of lossy formats",
  },
  format: {
    ...formatReader(),
    short: ["f"],
    doc: "`auto` is by the browser's Accept, as without `format`; `json` gives size, original size, bytes and type",
  },
  background: { ...cssColour("last"), doc: "Colour under transparent pictures and of what `pad` adds" },
  rotate: { ...QUARTER_TURNS, doc: "Degrees, clockwise" },
  metadata: {
    ...wordOf({ none: "none", copyright: "fetched" } as const),
    doc: "`none` leaves out rights, `copyright` keeps what the source carries",
  },
  anim: {
    ...reader("true or false", (text) => (text === "true" ? null : text === "false" ? 1 : undefined)),
    doc: "`false` makes a still of an animation. `true`, as without it, leaves it to `MAX_ANIMATION_FRAMES`",
  },
  compression: without("How hard the encoder tries is not for a URL to say", "fast"),
  upscale: without("Enlarging is always interpolation", "interpolate"),
  sharpen: without("There is no sharpening on request", "0"),
  blur: without("There is no blurring", "0"),
  brightness: without("Colours stay as they are", "1", "1.0"),
  contrast: without("Colours stay as they are", "1", "1.0"),
  gamma: without("Colours stay as they are", "0", "1", "1.0"),
  saturation: without("Colours stay as they are", "1", "1.0"),
} as const satisfies Record<string, Parameter>;

export const CLOUDFLARE: Grammar = {
  matches: (path) => path.startsWith(PREFIX),
  read: readCloudflareUrl,
  authorities: ["list"],
  form: "/image/{option}={value},…/{source}",
  doc: "Cloudflare Images, unpic's `cloudflare`, Nuxt's `cloudflare`",
  parameters: PARAMETERS,
};

/** Throws Failure `url_invalid`, `source_invalid`, `option_unknown`, `option_invalid`. */
async function readCloudflareUrl(asked: Asked, config: Config): ReturnType<Grammar["read"]> {
  const rest = asked.path.slice(PREFIX.length);
  const slash = rest.indexOf("/");
  const written = slash < 0 ? rest : rest.slice(0, slash);
  // Something on the way may have escaped the whole segment. A value alone is escaped where it has a comma.
  const options = written.includes("=") ? written : percentDecoded(written);
  const pairs = options.split(",").filter((option) => option !== "");
  if (pairs.length === 0 || slash < 0) {
    throw new Failure("url_invalid", { why: "it is not /image/{options}/{source} with one option or more" });
  }
  const values = readParameters(pairs.map(pairOf), PARAMETERS, "refused");
  const source = pathSource(rest.slice(slash + 1), asked.query, "none");
  const { format } = values;
  const wish = wishOf(values, format === "json" ? "auto" : format, asked.hints.autoWidth);
  const varies = values.width === "auto" ? { varies: [WIDTH_HINTS] } : {};
  const request = { ...unsignedRequest(source, wish, asked, config), ...varies };
  return format === "json" ? { ...request, info: "cloudflare" } : request;
}

function pairOf(option: string): readonly [name: string, text: string] {
  const text = percentDecoded(option);
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Cutting, padding and squeezing need a box. With one side, the whole picture has that side. */
function wishOf(values: Values<typeof PARAMETERS>, format: Wish["format"], autoWidth: number | null): Wish {
  const { height, fit = DEFAULT_FIT, background, metadata, gravity, quality, rotate, anim } = values;
  const isAuto = values.width === "auto";
  // Hints are device pixels already.
  const dpr = isAuto ? 1 : values.dpr;
  const width = values.width === "auto" ? (autoWidth ?? undefined) : values.width;
  const isBox = width !== undefined && height !== undefined;
  const pads = isBox && fit.pads === true;
  return {
    ...{ width, height, gravity, dpr, quality, format, background, rotate },
    resize: isBox ? fit.resize : "fit",
    enlarge: fit.enlarge,
    extend: pads ? CENTRE : null,
    extendColour: pads && !background ? WHITE : null,
    keepCopyright: metadata,
    maxFrames: anim,
  };
}

/** A side, or `XxY`: a focus point from the upper left. */
function readSide(text: string): Gravity | undefined {
  if (Object.hasOwn(SIDES, text)) return SIDES[text as keyof typeof SIDES];
  const [, x, y] = /^([01]|[01]?\.\d{1,9})x([01]|[01]?\.\d{1,9})$/.exec(text) ?? [];
  const point = { x: quantise(Number(x)), y: quantise(Number(y)) };
  return point.x <= 1 && point.y <= 1 ? { kind: "focus", ...point } : undefined;
}

function readQuality(text: string): number | undefined {
  if (Object.hasOwn(QUALITIES, text)) return QUALITIES[text as keyof typeof QUALITIES];
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= 100 ? value : undefined;
}

/** `json` asks for facts in place of a picture (`ImageRequest.info`). */
function formatReader() {
  const made = formatWords();
  // The documentation's own fallback of AVIF is WebP.
  const avif: OutputFormat = made.get("avif") ?? "webp";
  const words: Record<string, OutputFormat | "auto" | "json"> = {
    ...{ auto: "auto", "baseline-jpeg": "jpeg", avif, json: "json" },
  };
  return wordOf({ ...words, ...Object.fromEntries(made) });
}

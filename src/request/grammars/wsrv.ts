/**
 * wsrv.nl's grammar: `/?url={source}&w={width}&h={height}&…` (wsrv.nl/docs). A source without a scheme is asked over
 * HTTPS, and over HTTP when that does not answer.
 */
import type { Config } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { decimal, FORMAT, QUARTER_TURNS, reader, whole } from "../options/arguments.ts";
import { cssColour } from "../options/cssColour.ts";
import { type CompassPoint, compass, type Gravity, MAX_SIDE, type ResizeType } from "../transform.ts";
import type { Asked, Grammar } from "./grammar.ts";
import {
  anyText,
  isParameter,
  type Parameter,
  queryPairs,
  readParameters,
  type Values,
  without,
  wordOf,
} from "./parameter.ts";
import { unsignedRequest, type Wish } from "./unsignedRequest.ts";
import { checkFallback, securedSource } from "./wsrvSource.ts";

type Fit = { readonly resize: ResizeType; readonly pads?: true };

const FITS = {
  inside: { resize: "fit" },
  outside: { resize: "outside" },
  cover: { resize: "fill" },
  fill: { resize: "force" },
  contain: { resize: "fit", pads: true },
} as const satisfies Record<string, Fit>;
const DEFAULT_FIT: Fit = FITS.inside;

const ALIGNMENTS = {
  ...{ center: "ce", top: "no", right: "ea", bottom: "so", left: "we" },
  ...{ "top-left": "nowe", "bottom-left": "sowe", "bottom-right": "soea", "top-right": "noea" },
  focal: "focal",
} as const satisfies Record<string, CompassPoint | "focal">;

const DAYS = { d: 1, w: 7, M: 30, y: 365 } as const;

const SIDE = whole(1, MAX_SIDE);
const SHARE = decimal(0, 1);
const COLOUR = cssColour("first");
/** wsrv.nl takes every text but these for yes. */
const FLAG = reader("yes, unless it is false or 0", (text) => text !== "false" && text !== "0");
const NOT = reader("only false or 0", (text) => (text === "false" || text === "0" ? false : undefined));

export const PARAMETERS = {
  url: anyText("The source", "an address, percent-encoded; without a scheme HTTPS is tried first, then HTTP"),
  w: { ...SIDE, short: ["width"], doc: "Width in pixels" },
  h: { ...SIDE, short: ["height"], doc: "Height in pixels" },
  dpr: { ...decimal(1, 8), doc: "Multiplies width and height" },
  fit: { ...wordOf<Fit>(FITS), doc: "How the picture meets width and height; `inside` is the default" },
  we: { ...FLAG, doc: "Without enlargement. Small pictures grow otherwise" },
  a: {
    ...wordOf<CompassPoint | "focal">(ALIGNMENTS, "; there is no smart cropping here"),
    short: ["align"],
    doc: "What stays when `cover` cuts, and where the picture stands with `contain`; `center` is the default",
  },
  fpx: { ...SHARE, doc: "With `a=focal` and `cover`: the point to keep, across; 0.5 is the default" },
  fpy: { ...SHARE, doc: "The same, down" },
  cbg: { ...COLOUR, doc: "Colour of what `contain` adds; transparent is the default" },
  bg: { ...COLOUR, doc: "Colour under transparent pictures" },
  ro: { ...QUARTER_TURNS, doc: "Degrees, clockwise" },
  output: { ...FORMAT, doc: "The format, in place of what the browser accepts" },
  q: { ...whole(1, 100), short: ["quality"], doc: "Of lossy formats" },
  maxage: {
    ...reader("1d to 1y, with d, w, M or y; others are ignored", readDuration),
    doc: "The longest a browser keeps the picture. It never keeps it for longer than the picture stays fresh",
  },
  default: anyText(
    "An address that readers are sent to (302) when the source fails; `1` is the source itself",
    "an address of `ALLOWED_SOURCES`, or of this grammar here, without a `default` of its own",
  ),
  filename: anyText("Name to save under; one that is no file name is ignored"),
  il: { ...FLAG, doc: "Interlacing is not for a URL to say; the pixels are the same" },
  af: { ...FLAG, doc: "Nor is PNG's row filter" },
  l: { ...whole(0, 9), short: ["level"], doc: "Nor is PNG's compression level" },
  fsol: { ...FLAG, doc: "Nor is how JPEGs are shrunk" },
  rbg: { ...COLOUR, doc: "Only angles that are no multiple of 90 would need it" },
  ll: { ...NOT, short: ["lossless"], doc: "There is no lossless WebP" },
  flip: { ...NOT, doc: "There is no mirroring" },
  flop: { ...NOT, doc: "There is no mirroring" },
  n: {
    ...reader("1 or -1", (text) => (text === "-1" ? null : text === "1" ? 1 : undefined)),
    short: ["pages"],
    doc: "Frames of an animation: 1, a still, is the default; -1 is all of them, as far as `MAX_ANIMATION_FRAMES` allows",
  },
  page: without("The first page is the one", "0"),
} as const satisfies Record<string, Parameter>;

/** Parameters of wsrv.nl that change the picture and that we do not have. Names that it does not know are ignored. */
const REFUSED: readonly string[] = [
  ...["crop", "cx", "cy", "cw", "ch", "precrop", "trim", "mask", "mtrim", "mbg", "shape", "strim", "t", "or"],
  ...["blur", "con", "filt", "start", "stop", "gam", "mod", "bri", "sat", "hue", "sharp", "sharpf", "sharpj", "tint"],
  ...["encoding", "loop", "delay", "errorredirect"],
];

export const WSRV: Grammar = {
  matches: (path, query) => path === "/" && /(^|&)url=/.test(query),
  read: readWsrvUrl,
  authorities: ["list"],
  form: "/?url={source}&w={width}&h={height}&…",
  doc: "wsrv.nl's URLs in Markdown and HTML, unpic's `wsrv`, Nuxt's `weserv`",
  parameters: PARAMETERS,
};

/** Throws Failure `url_invalid`, `source_invalid`, `option_unknown`, `option_invalid`. */
async function readWsrvUrl(asked: Asked, config: Config): ReturnType<Grammar["read"]> {
  const pairs = queryPairs(asked.query, "+");
  const values = readParameters(pairs, PARAMETERS, { refused: REFUSED });
  refuseCutSource(asked.query, pairs);
  const { source, plainSource } = securedSource(values.url ?? "");
  const request = unsignedRequest(source, wishOf(values), asked, config);
  const { filename = "", maxage: maxAge } = values;
  return {
    ...request,
    ...(plainSource === null ? {} : { plainSource }),
    fallback: values.default ? checkFallback(values.default, source, asked, config) : undefined,
    maxAge: maxAge ?? undefined,
    delivery: { ...request.delivery, filename: /^[^\x00-\x1f\x7f/\\]{1,200}$/.test(filename) ? filename : null },
  };
}

/** A source whose own query was not escaped has lost all of it but the first part to our parameters. */
function refuseCutSource(query: string, pairs: ReturnType<typeof queryPairs>): void {
  const isBare = /(?:^|&)url=[^&]*\?/.test(query);
  const lost = pairs.find(([name]) => !isParameter(name, PARAMETERS) && !REFUSED.includes(name))?.[0];
  if (!isBare || lost === undefined) return;
  const why = `${lost.slice(0, 50)} seems to be of the source's own query; write its & as %26`;
  throw new Failure("url_invalid", { why });
}

function wishOf(values: Values<typeof PARAMETERS>): Wish {
  const { w: width, h: height, dpr, fit = DEFAULT_FIT, we = false, bg, cbg, ro, output, q, n = 1 } = values;
  const isBox = width !== undefined && height !== undefined;
  const pads = isBox && fit.pads === true;
  const gravity = alignment(values, pads);
  return {
    ...{ width, height, dpr, gravity, background: bg, rotate: ro, format: output, quality: q },
    maxFrames: n,
    resize: isBox ? fit.resize : "fit",
    enlarge: !we,
    extend: pads ? gravity : null,
    extendColour: pads ? cbg : null,
  };
}

/** wsrv.nl places a padded picture by another rule than a cut, which has no name here. */
function alignment({ a = "ce", fpx = 0.5, fpy = 0.5 }: Values<typeof PARAMETERS>, pads: boolean): Gravity {
  if (a !== "focal") return compass(a);
  if (!pads) return { kind: "focus", x: fpx, y: fpy };
  throw new Failure("option_invalid", { option: "a", value: '"focal"', limit: "not with fit=contain" });
}

/** Seconds; null for what wsrv.nl ignores. */
function readDuration(text: string): number | null {
  const [, number, unit = "d"] = /^(\d{1,3})([dwMy])$/.exec(text) ?? [];
  const days = Number(number) * DAYS[unit as keyof typeof DAYS];
  return days >= 1 && days <= 365 ? days * 86_400 : null;
}

/**
 * Photon's grammar, as Openverse and Jetpack write it: `/photon/{host}[:port]/{path}?w=…`. The scheme is left out
 * (`ssl` says HTTPS) and the source's own query stands in `q`. It is never signed, so it always gets the ladder's sizes.
 */
import type { Config } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { snapToLadder } from "../../policy/ladder.ts";
import { isListed } from "../../policy/source.ts";
import { DEFAULTS, splitOptions } from "../options/applyOption.ts";
import { ArgumentError, type ArgumentReader, decimal, whole } from "../options/arguments.ts";
import { CROP_PERCENT, OFFSET_PERCENT } from "../options/lengths.ts";
import { equalBytes } from "../signing/signature.ts";
import { canonicalSource } from "../source/canonicalSource.ts";
import { MAX_SIDE, type Transform } from "../transform.ts";
import type { Asked, Grammar } from "./grammar.ts";

const PREFIX = "/photon/";

/** Its right value (`PHOTON_AUTHENTICATION`) permits sources that are not listed. */
export const PHOTON_AUTHENTICATION_HEADER = "X-Photon-Authentication";

export const PHOTON: Grammar = {
  matches: (path) => path.startsWith(PREFIX),
  read: readPhotonUrl,
  authorities: ["list", "header"],
  form: "/photon/{host}[:port]/{path}?w=600&quality=80&ssl=true&q={the source's own query}",
  doc: "Openverse, Jetpack",
  get parameters() {
    return PARAMETERS;
  },
};

type Change = Partial<Transform>;
type Parameter = { readonly limit: string; readonly doc: string; readonly change: (text: string) => Change };

const SIDE = whole(0, MAX_SIDE);
const BOX = "width,height";

/** Parameters of the query. A parameter that neither Photon nor we know is ignored. */
export const PARAMETERS = {
  w: parameter("Width in pixels, without cutting or growing", SIDE, (width) => ({ width })),
  h: parameter("Height in pixels, without cutting or growing", SIDE, (height) => ({ height })),
  fit: { limit: BOX, doc: "Fits into a box", change: (text) => ({ resize: "fit", ...readBox(text) }) },
  resize: {
    limit: BOX,
    doc: "Fills a box and cuts what is over",
    change: (text) => ({ resize: "fill", ...readBox(text) }),
  },
  crop: { limit: "x,y,width,height in percent, or with px", doc: "Cuts a piece out first", change: readCrop },
  quality: parameter("Of lossy formats", whole(1, 100), (quality) => ({ quality })),
  zoom: parameter("Multiplies sizes, for dense screens", decimal(0.1, 10), (dpr) => ({ dpr })),
  strip: { limit: "any", doc: "Metadata is always stripped", change: () => ({}) },
  ssl: { limit: "1, true; else HTTP", doc: "The source is on HTTPS", change: () => ({}) },
  q: { limit: "any", doc: "The source's own query", change: () => ({}) },
} as const satisfies Record<string, Parameter>;

/** Parameters of Photon that change the picture and that we do not have. */
const REFUSED: readonly string[] = ["lb", "ulb", "filter", "brightness", "contrast", "colorize", "smooth"];

/**
 * Reads path and query. The secret header is asked only about sources that are not listed. Throws Failure
 * `url_invalid`, `source_invalid`, `option_unknown`, `option_invalid`.
 */
async function readPhotonUrl(asked: Asked, config: Config): ReturnType<Grammar["read"]> {
  const { path, query, accept, authentication } = asked;
  const params = new URLSearchParams(query);
  const source = canonicalSource(sourceText(path.slice(PREFIX.length), params));
  const listed = isListed(new URL(source), config.allowedSources);
  const permitted = !listed && (await isAuthentic(authentication, config.photonAuthentication));
  return {
    ...splitOptions(DEFAULTS),
    source,
    transform: snapToLadder(readTransform(params), config),
    authority: permitted ? "header" : "list",
    accept,
    negotiated: true,
  };
}

/** The source's address. Host and path stay as written; only an escaped colon before the port is decoded. */
function sourceText(rest: string, params: URLSearchParams): string {
  const slash = rest.indexOf("/");
  const host = (slash < 0 ? rest : rest.slice(0, slash)).replace(/%3A/gi, ":");
  if (host === "") throw new Failure("url_invalid", { why: "it names no source" });
  const scheme = ["1", "true"].includes((params.get("ssl") ?? "").toLowerCase()) ? "https" : "http";
  // Decoded once, it is the source's query as it stood. A `#` in it came as `%23` and would begin a fragment.
  const query = (params.get("q") ?? "").replaceAll("#", "%23");
  return `${scheme}://${host}${slash < 0 ? "/" : rest.slice(slash)}${query === "" ? "" : `?${query}`}`;
}

function readTransform(params: URLSearchParams): Transform {
  let { transform } = splitOptions(DEFAULTS);
  for (const [name, text] of params) {
    if (REFUSED.includes(name)) throw new Failure("option_unknown", { option: name, why: "" });
    if (!Object.hasOwn(PARAMETERS, name)) continue;
    try {
      transform = { ...transform, ...PARAMETERS[name as keyof typeof PARAMETERS].change(text) };
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      throw new Failure("option_invalid", { option: name, value: `"${text.slice(0, 80)}"`, limit: error.limit });
    }
  }
  return transform;
}

function parameter<T>(doc: string, { read, limit }: ArgumentReader<T>, change: (value: T) => Change): Parameter {
  return { doc, limit, change: (text) => change(read(text)) };
}

function readBox(text: string): { width: number; height: number } {
  const [width = "", height = "", ...more] = text.split(",");
  if (more.length > 0) throw new ArgumentError(text, BOX);
  return { width: SIDE.read(width), height: SIDE.read(height) };
}

/** Percentages become shares of the picture's side. The corner becomes an offset from the north-west. */
function readCrop(text: string): Change {
  const [x = "", y = "", width = "", height = "", ...more] = text.split(",");
  if (more.length > 0) throw new ArgumentError(text, PARAMETERS.crop.limit);
  const measure = (part: string, percent: ArgumentReader<number>) =>
    part.endsWith("px") ? SIDE.read(part.slice(0, -2)) : percent.read(part);
  const crop = { width: measure(width, CROP_PERCENT), height: measure(height, CROP_PERCENT) };
  const gravity = {
    kind: "compass",
    at: "nowe",
    x: measure(x, OFFSET_PERCENT),
    y: measure(y, OFFSET_PERCENT),
  } as const;
  return { crop: { ...crop, gravity } };
}

/** Compares hashes, so that the time tells neither content nor length. */
async function isAuthentic(given: string | null, secret: string | null): Promise<boolean> {
  if (given === null || secret === null) return false;
  const hash = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const [a, b] = await Promise.all([hash(given), hash(secret)]);
  return equalBytes(a, b);
}

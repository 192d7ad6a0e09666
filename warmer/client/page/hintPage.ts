/** Names the files that a browser will ask for, from the same `srcset` and `sizes` that the page embeds. Pure. */
import type { Screen } from "./cssLength.ts";
import { parseSizes, sourceSize } from "./sizes.ts";
import { type Candidate, candidatesOf, chooseCandidate } from "./srcset.ts";
import { usualScreens } from "./usualScreens.ts";

/** A picture as the page embeds it: the values of its attributes, not escaped for HTML. A text is a `srcset` alone. */
export type PagePicture =
  | string
  | { readonly srcset?: string | undefined; readonly src?: string | undefined; readonly sizes?: string | undefined };

export type HintPageOptions = {
  /** The pictures that the reader sees first, in the order of the page. */
  readonly pictures: readonly PagePicture[];
  /** `sizes` of every picture that has none of its own. Default: `100vw`, as in browsers. */
  readonly sizes?: string | undefined;
  /** Width of the reader's viewport in CSS pixels, or both sides. A text, such as a header, is read as a number. */
  readonly viewport?:
    | number
    | string
    | { readonly width: number | string; readonly height?: number | string | undefined }
    | null
    | undefined;
  /** Device pixels per CSS pixel of the reader's screen. */
  readonly dpr?: number | string | null | undefined;
  /** The `Accept` header of the reader's request. */
  readonly accept?: string | null | undefined;
};

/** Fields of a hint. `format` is missing if `accept` does not tell: the warmer then takes its own default. */
export type PageHint = { readonly paths: readonly string[]; readonly format?: "webp" | "avif" | "base" };

/** Hints for each picture, on average over the page, while the screen is not known. */
const HINTS_PER_PICTURE = 3;
/** A file that fewer of the usual screens take is not worth a render. */
const LEAST_SHARE = 0.02;
const VIEWPORT = { least: 1, most: 100_000 };
const DPR = { least: 0.1, most: 20 };

/**
 * The files that Chromium will choose, each once, for `hinter.hint({ ...hintPage(…), country })`. With `viewport` and
 * `dpr` it is one for each picture. Without them it is those that most usual screens take, at most three for each
 * picture on average. Never throws: what cannot be read counts as not known, and a picture without a file gets no hint.
 */
export function hintPage(options: HintPageOptions): PageHint {
  try {
    const { pictures, sizes, viewport, dpr, accept } = options;
    const sides = typeof viewport === "object" && viewport !== null ? viewport : { width: viewport, height: undefined };
    const screens = usualScreens({
      width: numberOf(sides.width, VIEWPORT),
      height: numberOf(sides.height, VIEWPORT),
      dpr: numberOf(dpr, DPR),
    });
    const sizesOf = sizesMemory(screens);
    const list = Array.isArray(pictures) ? pictures : [pictures];
    const read = list.flatMap((picture) => tallyOf(picture, textOf(sizes) || "100vw", screens, sizesOf) ?? []);
    const format = formatOf(accept);
    return { paths: chosenPaths(read, screens.length), ...(format === undefined ? {} : { format }) };
  } catch {
    return { paths: [] };
  }
}

/** How many of the screens take each file of a picture. */
type Tally = ReadonlyMap<string, number>;

function tallyOf(
  picture: PagePicture,
  usualSizes: string,
  screens: readonly Screen[],
  sizesOf: (sizes: string) => readonly number[],
): Tally | undefined {
  try {
    const { srcset, src, sizes } = typeof picture === "string" ? { srcset: picture } : picture;
    const candidates: readonly Candidate[] = candidatesOf(textOf(srcset), textOf(src).trim());
    const counts = new Map<string, number>();
    for (const [at, size] of sizesOf(textOf(sizes) || usualSizes).entries()) {
      const { url } = chooseCandidate(candidates, size, screens[at]?.dpr ?? 1) ?? {};
      // A data URL or a blob is not asked from any server.
      if (url !== undefined && !/^(?:data|blob):/i.test(url)) counts.set(url, (counts.get(url) ?? 0) + 1);
    }
    return counts;
  } catch {
    return undefined;
  }
}

/** The widths that a `sizes` gives on each screen. Most pictures of a page share one. */
function sizesMemory(screens: readonly Screen[]): (sizes: string) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (sizes) => {
    let widths = known.get(sizes);
    if (widths === undefined) {
      const entries = parseSizes(sizes);
      widths = screens.map((screen) => sourceSize(entries, screen));
      known.set(sizes, widths);
    }
    return widths;
  };
}

/**
 * The most wanted files of the page within its number of hints, in the order of the page. A picture that is the same on
 * every screen needs one, and leaves the others to a picture that fills the window.
 */
function chosenPaths(tallies: readonly Tally[], screens: number): string[] {
  const wanted = tallies.flatMap((counts) => [...counts].map(([url, count]) => ({ url, share: count / screens })));
  const best = wanted.filter(({ share }) => share >= LEAST_SHARE).sort((a, b) => b.share - a.share);
  const kept = new Set(best.slice(0, HINTS_PER_PICTURE * tallies.length).map(({ url }) => url));
  return [...new Set(wanted.map(({ url }) => url))].filter((url) => kept.has(url));
}

/**
 * The Accept class (docs/api-server/datagram.md, `f`). A page's own request may name no picture at all, as Firefox's
 * and Safari's do; that says nothing. A request for a picture that names neither AVIF nor WebP is of a browser that has
 * neither.
 */
function formatOf(accept: unknown): PageHint["format"] | undefined {
  const types = textOf(accept)
    .toLowerCase()
    .split(",")
    .map((range) => range.split(";").map((part) => part.trim()))
    .filter(([, ...parameters]) => !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)))
    .map(([type = ""]) => type);
  if (types.includes("image/avif")) return "avif";
  if (types.includes("image/webp")) return "webp";
  return types.some((type) => type.startsWith("image/")) ? "base" : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A number, or a text of one, within the limits; else undefined. */
function numberOf(value: unknown, { least, most }: { least: number; most: number }): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && number >= least && number <= most ? number : undefined;
}

/** The `srcset` attribute of an image, and which of its files a browser takes (HTML, "select an image source"). Pure. */

/** A file and its descriptor: its width in pixels, or its density. With neither the density is 1. */
export type Candidate = { readonly url: string; readonly width?: number; readonly density?: number };

/** The candidates in their order. One with a wrong descriptor is left out. */
export function parseSrcset(srcset: string): Candidate[] {
  const candidates: Candidate[] = [];
  let rest = srcset;
  while (true) {
    rest = rest.replace(/^[ \t\n\r\f,]+/, "");
    const address = /^[^ \t\n\r\f]+/.exec(rest)?.[0];
    if (address === undefined) return candidates;
    rest = rest.slice(address.length);
    // A regular expression would begin anew at each comma of a long run.
    let end = address.length;
    while (address[end - 1] === ",") end--;
    const url = address.slice(0, end);
    if (url !== address) {
      candidates.push({ url });
      continue;
    }
    // Commas in brackets belong to a descriptor. No descriptor has brackets today.
    const descriptors = /^(?:\([^)]*(?:\)|$)|[^,(])*/.exec(rest)?.[0] ?? "";
    rest = rest.slice(descriptors.length);
    const read = readDescriptors(descriptors.split(/[ \t\n\r\f]+/).filter((word) => word !== ""));
    if (read !== undefined) candidates.push({ url, ...read });
  }
}

function readDescriptors(words: readonly string[]): Omit<Candidate, "url"> | undefined {
  let [width, height, density]: (number | undefined)[] = [];
  for (const word of words) {
    const value = word.slice(0, -1);
    const whole = /^\d+$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
    const number = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined;
    if (word.endsWith("w") && whole !== undefined && width === undefined && density === undefined) width = whole;
    else if (word.endsWith("h") && whole !== undefined && height === undefined && density === undefined) height = whole;
    else if (word.endsWith("x") && number !== undefined && number >= 0 && density === undefined) {
      if (width !== undefined || height !== undefined) return undefined;
      density = number;
    } else return undefined;
  }
  if (height !== undefined && width === undefined) return undefined;
  return { ...(width === undefined ? {} : { width }), ...(density === undefined ? {} : { density }) };
}

/**
 * The candidates of a picture: those of `srcset`, and `src` as the one with density 1 if no candidate has a width. Of an
 * image without `srcset` it is `src` alone.
 */
export function candidatesOf(srcset: string, src: string): readonly Candidate[] {
  const listed = parseSrcset(srcset);
  return src === "" || listed.some(({ width }) => width !== undefined) ? listed : [...listed, { url: src }];
}

/**
 * The candidate that Chromium takes: the one with the lowest density that reaches the screen's, else the one with the
 * highest. Firefox and Safari do the same. Chromium counts in 32 bits, and so does this.
 * @param size width of the picture in CSS pixels, from `sizes`
 */
export function chooseCandidate(candidates: readonly Candidate[], size: number, dpr: number): Candidate | undefined {
  const wanted = Math.fround(dpr);
  const across = Math.fround(size);
  let chosen: Candidate | undefined;
  let best = Number.NaN;
  for (const candidate of candidates) {
    const density = Math.fround(candidate.width === undefined ? (candidate.density ?? 1) : candidate.width / across);
    const isBetter = density >= wanted ? !(best >= wanted) || density < best : !(best >= density);
    if (!isBetter) continue;
    chosen = candidate;
    best = density;
  }
  return chosen;
}

/** The addresses to ask for one picture at one size: the provider's own renditions, smallest first, then the original. */

import { parseHostPattern } from "../../config/hostPattern.ts";
import type { Size } from "../../image/picture.ts";
import { matchesPattern } from "../../policy/hosts.ts";
import type { Transform } from "../../request/transform.ts";
import { type Candidate, ORIGINAL, type ProviderRules } from "./candidate.ts";
import { covers, isCentredSquare, neededSize, needsFrames, needsOriginal, sizeWithin, USUAL_SHAPE } from "./needed.ts";
import type { Found, Known, Rendition, Rule } from "./rule.ts";
import { infoUrl } from "./rules/iiif.ts";
import { isOn, RULES } from "./table.ts";

/** No rule is tried on a longer address. The catalogue's longest has 3000 characters. */
const MAX_ADDRESS = 4_096;
/** The most renditions of a list. A picture that is gone costs one request for each. */
const MAX_RENDITIONS = 3;

type Match = { readonly rule: Rule & { readonly id: string }; readonly found: Found; readonly source: URL };

/** Whether a candidate was refused lately (refusals.ts), so that it is left out. */
export type IsRefused = (candidate: Candidate) => boolean;

/**
 * Canonical source and transform -> the candidates in the order in which they are asked. Every one leaves enough pixels for
 * the transform, as far as is known. Never empty: the original is the last one, and the only one where the transform
 * needs it, or where no rule knows the address. Never throws. Pure.
 */
export function candidatesFor(
  source: string,
  transform: Transform,
  known: Known,
  rules: ProviderRules,
  isRefused: IsRefused = () => false,
): readonly Candidate[] {
  const isFree = !needsOriginal(transform) && !needsFrames(source, transform);
  const match = rules.on && isFree ? matchOf(source, known, rules) : null;
  if (match === null || !isOn(match.rule, rules)) return [originalOf(source, known.original)];
  const { found } = match;
  const chosen = choose(found, transform, known, match.rule.factor);
  const shape = shapeOf(found, known);
  const own = chosen.flatMap((rendition) => candidatesOf(rendition, match, shape, known));
  return [
    ...own.filter((candidate) => !isRefused(candidate)),
    originalOf(found.original, sizeOfOriginal(found, known, shape)),
  ];
}

/** The info.json of a IIIF source: ask it before candidatesFor, and keep it for a day. Null = no IIIF address. Pure. */
export function infoUrlOf(source: string, rules: ProviderRules): string | null {
  const match = rules.on ? matchOf(source, { original: null, shape: null, iiif: null }, rules) : null;
  return match?.rule.id === "iiif" && isOn(match.rule, rules) ? infoUrl(match.source) : null;
}

function matchOf(source: string, known: Known, rules: ProviderRules): Match | null {
  if (source.length > MAX_ADDRESS || !URL.canParse(source)) return null;
  const url = new URL(source);
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return null;
  for (const rule of RULES) {
    const found = servesHost(rule, url, rules) ? rule.find(url, known) : null;
    if (found !== null) return { rule, found, source: url };
  }
  return null;
}

function servesHost({ id, hosts }: Match["rule"], url: URL, { hostsOf }: ProviderRules): boolean {
  if (hosts === "any") return true;
  if (hosts === "listed") return hostsOf.get(id)?.some((text) => matchesPattern(url, parseHostPattern(text))) === true;
  return url.port === "" && hosts.test(url.hostname);
}

function shapeOf({ size, ownCrops }: Found, { original, shape }: Known): Size {
  if (ownCrops) return square(1);
  return size ?? original ?? shape ?? USUAL_SHAPE;
}

/** The renditions to ask for, in order. */
function choose(found: Found, asked: Transform, known: Known, ruleFactor: number): readonly Rendition[] {
  const shape = shapeOf(found, known);
  const transform = found.vector ? { ...asked, enlarge: true } : asked;
  const needed = neededSize(transform, found.size ?? known.original, shape);
  const longer = ({ bound }: Rendition) => {
    const { width, height } = sizeWithin(bound, shape);
    return Math.max(width, height);
  };
  const same = found.renditions
    .filter(({ crops }) => crops === found.ownCrops || (crops && isCentredSquare(asked)))
    .filter((rendition) => isBelow(rendition, found, known, shape))
    .sort((a, b) => longer(a) - longer(b));
  const enough = same.filter((rendition) => {
    const size = rendition.crops ? square(rendition.bound.pixels) : sizeWithin(rendition.bound, shape);
    const wanted = rendition.crops ? square(Math.min(needed.width, needed.height)) : needed;
    return covers(size, wanted, rendition.crops && !found.ownCrops ? 1.9 : ruleFactor);
  });
  const upwards = untilCertain(enough);
  if (upwards.length === 0 && found.refused) return same.slice(-1);
  if (found.decodable) return upwards;
  const lower = same.filter((rendition) => !enough.includes(rendition)).reverse();
  return [...upwards, ...lower].slice(0, MAX_RENDITIONS);
}

/** A rendition must be smaller than the source itself: a provider that enlarges would give away what is not there. */
function isBelow({ bound }: Rendition, found: Found, known: Known, shape: Size): boolean {
  const { width, height } = sizeWithin(bound, shape);
  const size = found.size ?? known.original;
  if (size !== null && !found.vector && !found.refused && width >= size.width && height >= size.height) return false;
  if (found.own === null) return true;
  const own = sizeWithin(found.own, shape);
  if (!found.refused) return width < own.width || height < own.height;
  // The next step above the source's own size is the last one.
  const next = found.renditions.find((rendition) => sizeWithin(rendition.bound, shape).width >= own.width);
  return next === undefined || width <= sizeWithin(next.bound, shape).width;
}

/** From the smallest one on, up to the first that does not lack for want of its size. */
function untilCertain(renditions: readonly Rendition[]): readonly Rendition[] {
  const last = renditions.findIndex(({ missing }) => missing !== "skipped");
  return renditions.slice(0, Math.min(MAX_RENDITIONS, last === -1 ? MAX_RENDITIONS : last + 1));
}

function square(side: number): Size {
  return { width: side, height: side };
}

/** One candidate for each address, as long as it stays on the rule's own hosts. */
function candidatesOf(rendition: Rendition, match: Match, shape: Size, known: Known): readonly Candidate[] {
  const { rule, found } = match;
  const { bound, crops, name, missing } = rendition;
  const size = crops ? square(bound.pixels) : sizeWithin(bound, shape);
  return rendition.urls.flatMap((text): Candidate[] => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !staysOn(rule, url, match.source)) return [];
    return [
      {
        ...{ url: url.href, rule: rule.id, provider: rule.provider, variant: `${rule.provider}.${name}`, bound, crops },
        ...{ width: size.width, format: found.format, lastResort: !found.decodable || found.refused },
        certain: missing === "never" || (missing === "larger" && isKnownLarger(size, found, known, shape)),
      },
    ];
  });
}

/** Whether the source is known to be larger, so that the provider must have the size. */
function isKnownLarger(size: Size, found: Found, known: Known, shape: Size): boolean {
  const original = found.size ?? known.original ?? (found.own === null ? null : sizeWithin(found.own, shape));
  return original !== null && (size.width < original.width || size.height < original.height);
}

/** A hostile path must not lead anywhere else. */
function staysOn({ answers }: Rule, url: URL, source: URL): boolean {
  if (answers === "same") return url.origin === source.origin;
  return url.protocol === "https:" && url.port === "" && url.username === "" && answers.test(url.hostname);
}

function sizeOfOriginal({ size, own }: Found, { original }: Known, shape: Size): Size | null {
  return size ?? original ?? (own === null ? null : sizeWithin(own, shape));
}

function originalOf(url: string, size: Size | null): Candidate {
  return {
    ...{ url, rule: null, provider: null, variant: ORIGINAL, bound: null, width: size?.width ?? null },
    ...{ format: null, crops: false, certain: true, lastResort: false },
  };
}

/** The addresses to ask for one picture at one size, smallest first, the original last. */
import type { Size } from "../../image/picture.ts";
import type { Transform } from "../../request/transform.ts";
import { type Candidate, type Known, ORIGINAL, type ProviderRules } from "./candidate.ts";

/** Whether a candidate was refused lately, so that it is left out (refusals.ts). */
export type IsRefused = (candidate: Candidate) => boolean;

/**
 * Canonical source and transform -> the candidates in the order in which they are asked. Every size leaves enough pixels
 * for the transform. Never empty: the original is the last one, and the only one where the transform needs it. Pure.
 */
export function candidatesFor(
  source: string,
  _transform: Transform,
  _known: Known,
  _rules: ProviderRules,
  _isRefused: IsRefused = () => false,
): readonly Candidate[] {
  return [{ url: source, rule: null, variant: ORIGINAL, bound: null, width: null, format: null, lastResort: false }];
}

/**
 * Whether a fetched candidate has enough pixels. `upright`: its size by its header. False: the shape was guessed wrong, so
 * call candidatesFor again with `known.shape`. Always true of the original. Pure.
 */
export function isEnough(candidate: Candidate, _upright: Size, _transform: Transform): boolean {
  return candidate.rule === null;
}

/** The info.json of a IIIF source, to be asked before candidatesFor and kept for a day; null = no IIIF address. Pure. */
export function infoUrlOf(_source: string): string | null {
  return null;
}

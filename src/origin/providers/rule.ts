/** The columns of the table of providers, and what a rule finds in an address. */
import type { FormatName } from "../../image/formats/registry.ts";
import type { Size } from "../../image/picture.ts";
import type { IiifInfo } from "./iiifInfo.ts";

/** What a size limits: the width, the height or the longer side of the upright picture. */
export type Measure = "width" | "height" | "longer";

/** The size that the provider promises, in pixels. `exact` false: measured or guessed, so a smaller picture proves nothing. */
export type Bound = { readonly measure: Measure; readonly pixels: number; readonly exact: boolean };

/**
 * Why a provider may not have a size. `never`: it has the size of every picture. `skipped`: it may lack this size and have
 * larger ones. `larger`: it lacks the sizes that are not smaller than the original.
 */
export type Missing = "never" | "skipped" | "larger";

/** One of the provider's own sizes of one picture. */
export type Rendition = {
  /** Name of the size in a variant's name: [a-z0-9_-], at most 16 characters. */
  readonly name: string;
  /** Addresses of the same picture, in the order in which they are asked. */
  readonly urls: readonly string[];
  readonly bound: Bound;
  readonly missing: Missing;
  /** It is a square cut from the middle. */
  readonly crops: boolean;
};

/** What a rule finds in the address of a source. */
export type Found = {
  readonly renditions: readonly Rendition[];
  /** How large the source itself is by its address; null = not said. */
  readonly own: Bound | null;
  /** The source itself is a cropped square, so only cropped renditions are the same picture. */
  readonly ownCrops: boolean;
  /** Upright size of the source by the provider's own description; null = not known. */
  readonly size: Size | null;
  /** The source's address without what the provider does not need. */
  readonly original: string;
  /** What the provider sends for every size; null = not known before the answer. */
  readonly format: FormatName | null;
  /** The original has no pixels of its own (SVG), so a rendition may be larger than its nominal size. */
  readonly vector: boolean;
  /** False: the original is no picture that we decode (PDF, video). */
  readonly decodable: boolean;
  /** The provider no longer gives the source's own size; the next larger one of its sizes replaces it. */
  readonly refused: boolean;
};

/** What is known of the source before it is asked. */
export type Known = {
  /** Upright size of the original. Only facts of the original itself, never of a variant. */
  readonly original: Size | null;
  /** Upright size of any variant that is not cropped: it tells the shape. */
  readonly shape: Size | null;
  /**
   * What the image server's info.json says (iiifInfo.ts). `absent`: the server has no valid one, so it is no image server.
   * Null: not asked.
   */
  readonly iiif: IiifInfo | "absent" | null;
};

export const NOTHING_KNOWN: Known = { original: null, shape: null, iiif: null };

/** One row of the table. */
export type Rule = {
  readonly provider: string;
  /** Matches whole host names. `listed`: the hosts that the operator names for this rule. */
  readonly hosts: RegExp | "any" | "listed";
  /** Hosts of the rewritten addresses; `same` = the source's own origin. */
  readonly answers: RegExp | "same";
  /** Address -> what the provider has of the picture; null = the rule does not know the form of the address. Linear time. */
  readonly find: (source: URL, known: Known) => Found | null;
  /**
   * How many times the wanted pixels a rendition must have: 1 where the provider scales well, 1.9 where it crops or
   * sharpens hard, or where nobody has looked yet.
   */
  readonly factor: 1 | 1.9;
  /** 3: documented, or tested in public code. 2: seen in public code, partly unverified. 1: one sighting. Below 3 is off. */
  readonly sure: 1 | 2 | 3;
  /** Where the rule was read. */
  readonly source: string;
  /** When: year and month. */
  readonly date: string;
};

/** A provider without a rule, and why: its pictures are fetched as they are stored. */
export type NoRule = {
  readonly provider: string;
  readonly none: string;
  readonly sure: 1 | 2 | 3;
  readonly date: string;
};

/** The sizes asked of a server that scales to any size. Few, so that many requests share one variant. */
export const ANY_SIZES = [
  90, 150, 200, 250, 320, 400, 480, 600, 640, 800, 960, 1024, 1200, 1280, 1600, 1920, 2048, 2560, 3200, 4096,
] as const;

/** One address to ask for a picture: a provider's own rendition, or the original. */
import type { FormatName } from "../../image/formats/registry.ts";
import type { Size } from "../../image/picture.ts";

/** Name of the original among the variants. */
export const ORIGINAL = "original";

/**
 * What a rendition's size is limited by. `width` and `height` are of the upright picture. `longer` is the longer side.
 * `box` is a square that the picture fits into, which is the same limit as `longer`.
 */
export type Measure = "width" | "height" | "longer" | "box";

/** The size that the provider promises, in pixels. `exact` false: measured or guessed, so a smaller picture proves nothing. */
export type Bound = { readonly measure: Measure; readonly pixels: number; readonly exact: boolean };

export type Candidate = {
  /** Absolute, as `URL.href`. */
  readonly url: string;
  /** Id of the rule that made it; null = the original. */
  readonly rule: string | null;
  /**
   * Which variant of the source these bytes are: `original`, or `<provider>.<size>` such as `flickr.z`, `wikimedia.960`.
   * Stable, at most 40 characters of [a-z0-9_.-]. Two addresses with the same variant give the same picture.
   */
  readonly variant: string;
  /** Null for the original. */
  readonly bound: Bound | null;
  /** Width to expect in pixels, for logs and the command line; null = unknown. An estimate where the shape is unknown. */
  readonly width: number | null;
  /** What the provider sends; null = unknown. */
  readonly format: FormatName | null;
  /** The original is no picture that we decode (PDF, video), so this one is taken even if it is smaller than the wish. */
  readonly lastResort: boolean;
};

/** What is known of the source before it is asked. */
export type Known = {
  /** Upright size of the original. Only facts of the original itself, never of a variant. */
  readonly original: Size | null;
  /** Upright size of any variant: it tells the shape. */
  readonly shape: Size | null;
  /** What the image server's info.json says (iiif.ts); null = not asked, or it has none. */
  readonly iiif: IiifInfo | null;
};

/** The part of a IIIF info.json that decides sizes (IIIF Image API 1.1, 2.1, 3.0). Sizes in pixels. */
export type IiifInfo = {
  readonly version: 1 | 2 | 3;
  readonly level: 0 | 1 | 2;
  readonly width: number;
  readonly height: number;
  /** The sizes that the server has ready, ascending. */
  readonly sizes: readonly Size[];
  readonly maxWidth: number | null;
  readonly maxHeight: number | null;
  readonly maxArea: number | null;
};

/** What the deployment says about the rules. */
export type ProviderRules = {
  /** `PROVIDER_SIZES=off` makes every list the original alone. */
  readonly on: boolean;
  /** Rules turned on or off by name, over the default (on if `sure` is 3). */
  readonly switched: ReadonlyMap<string, boolean>;
  /** Hosts whose pictures a provider collects, as host patterns: `europeana` -> [`*.example.org`]. */
  readonly hostsOf: ReadonlyMap<string, readonly string[]>;
};

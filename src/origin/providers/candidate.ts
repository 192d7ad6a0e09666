/** One address to ask for a picture: a provider's own rendition, or the original. */
import type { FormatName } from "../../image/formats/registry.ts";
import type { Bound } from "./rule.ts";

/** Name of the original among the variants. */
export const ORIGINAL = "original";

export type Candidate = {
  /** Absolute, as `URL.href`. */
  readonly url: string;
  /** Id of the rule that made it (table.ts); null = the original. */
  readonly rule: string | null;
  /** Null for the original. */
  readonly provider: string | null;
  /**
   * Which variant of the source these bytes are: `original`, or `<provider>.<size>` such as `flickr.z`, `wikimedia.960`.
   * Stable, at most 40 characters of [a-z0-9_.-]. Two addresses with the same variant give the same picture.
   */
  readonly variant: string;
  /** Null for the original. */
  readonly bound: Bound | null;
  /** Width to expect in pixels, for logs and the command line; null = unknown. It is a guess where the shape is unknown. */
  readonly width: number | null;
  /** What the provider sends; null = unknown. */
  readonly format: FormatName | null;
  /**
   * The provider cuts the picture to a square. Such a candidate is given only for a square cut from the middle. Its shape
   * is not the shape of the original.
   */
  readonly crops: boolean;
  /** The provider has this size of every picture, so a failure is the fault of the rule, not of the picture. */
  readonly certain: boolean;
  /**
   * It is taken even if it is smaller than the wish: the original is no picture that we decode (PDF, video), or the
   * provider refuses the source's own size.
   */
  readonly lastResort: boolean;
};

/** What the deployment says about the rules. */
export type ProviderRules = {
  /** `PROVIDER_SIZES=off` makes every list the original alone. */
  readonly on: boolean;
  /** Rules turned on or off by id. A rule without an entry is on if its `sure` is 3. */
  readonly switched: ReadonlyMap<string, boolean>;
  /** Hosts whose pictures a provider collects: rule id -> host patterns as written, `europeana` -> [`*.example.org`]. */
  readonly hostsOf: ReadonlyMap<string, readonly string[]>;
};

/**
 * What a region's object decides, without clock or I/O. It decides about the data centres that the fixed table gives to
 * its region, wherever they read now: away and back.
 */
import type { DeployedRegions, RegionOverrides } from "../coordinate/regions.ts";
import type { WeatherSettings } from "./settings.ts";

export type DecideConfig = {
  /** The region of the object. */
  readonly region: string;
  readonly deployed: DeployedRegions;
  /** The operator's overrides of the fixed table (`regions` of the live settings). */
  readonly overrides: RegionOverrides;
  readonly weather: WeatherSettings;
};

/** One change of the map. It holds only if the data centre still reads `from` when it is written. */
export type Move =
  | {
      readonly kind: "move";
      readonly colo: string;
      readonly from: string;
      readonly to: string;
      readonly why: MoveReason;
    }
  /** The change is over: the hit ratio is back, and `from` is no longer read beside. */
  | { readonly kind: "settle"; readonly colo: string; readonly from: string; readonly to: string };

/** `better`: at least 20 % better. `unpaid`: the move before did not pay. */
export type MoveReason = "better" | "unpaid";

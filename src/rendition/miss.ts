/** What a render works on, from the look-up to the report. */
import type { Lease } from "../coordinate/lease.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import type { Stored } from "../store/tiers/tier.ts";
import type { MissGovernors } from "./missGovernors.ts";

export type Miss = {
  readonly request: RenditionRequest;
  readonly store: RenditionStore;
  /** An outdated copy in hand, which a source's 304 renews. */
  readonly stale: Stored | null;
  readonly lease: Lease;
  /** Set where a turn with the source's host was asked for ahead. */
  readonly governors?: MissGovernors;
};

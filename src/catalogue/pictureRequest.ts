/** A picture of a catalogue as the request that a reader of it sends, so that both have one key. Pure. */
import type { Config } from "../config/config.ts";
import { snapToLadder } from "../policy/ladder.ts";
import { refuseHugeResult, refuseMissingWatermark } from "../policy/limits.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { splitOptions } from "../request/options/applyOption.ts";
import { readOptions } from "../request/options/readOptions.ts";
import { canonicalSource } from "../request/source/canonicalSource.ts";
import { withSettings } from "../request/withSettings.ts";
import type { RunSettings } from "./run.ts";

/**
 * What the imgproxy door makes of `/{signature}/{options}/{url}`. With keys the order's signature vouches for the source;
 * without keys the source must be listed, and the size snaps to the ladder, as for readers. Throws Failure.
 */
export function pictureRequest(url: string, { options, accept }: RunSettings, config: Config): RenditionRequest {
  const segments = options.split("/").filter((segment) => segment !== "");
  const { transform, cachebuster } = splitOptions(readOptions(segments, config));
  const authority = config.signingPairs.length > 0 ? "signature" : "list";
  const snapped = authority === "list" ? snapToLadder(transform, config) : transform;
  const request = { source: canonicalSource(url), transform: snapped, authority, accept, cachebuster } as const;
  refuseHugeResult(request.transform, config);
  refuseMissingWatermark(request.transform, config);
  return withSettings<RenditionRequest>(request, config);
}

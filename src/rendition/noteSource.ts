/** Which source and picture a trace is about, and who signed its address. */
import { canonicalOptions } from "../request/canonical.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { isSampled } from "../sampling.ts";
import type { RenditionNames } from "../store/renditionStore.ts";
import type { Trace } from "../telemetry.ts";

const MAX_OPTIONS = 64;

/**
 * Notes the source's host and the signing key's name. Of a sampled source also its hash and the variant: the options
 * without the cachebuster and the watermark's address, at most 64 characters, then `#` and 8 digits of the key:
 * `w:320/f:webp#1f2e3d4c`. Equal text means the same picture.
 */
export function noteSource(trace: Trace, { sourceHost, keys, key }: RenditionNames, request: RenditionRequest): void {
  trace.sourceHost = sourceHost;
  trace.signer = request.signer?.name ?? "";
  if (!isSampled(keys.source32)) return;
  trace.source = keys.source32.slice(0, 16);
  const { transform } = request;
  const watermark = transform.watermark && { ...transform.watermark, url: "" };
  const said = { ...request, cachebuster: "", transform: { ...transform, watermark } };
  const options = canonicalOptions(said).slice(0, MAX_OPTIONS);
  trace.variant = `${options}#${key.slice(key.lastIndexOf("/") + 1).slice(0, 8)}`;
}

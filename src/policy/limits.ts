/** Refuses requests that no source can answer here, before a source is asked. Pure. */
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { formatWords } from "../request/options/arguments.ts";
import type { Transform } from "../request/transform.ts";

/**
 * Throws Failure `result_too_large` when the result is certain to be over the limits. That is certain only when the
 * picture may grow (`enlarge`) to a side that is given. The plan decides all other cases from the picture's header, by
 * the same limits.
 */
export function refuseHugeResult(
  { resize, width, height, dpr, enlarge, extend, zoom, mostResultSide }: Transform,
  { maxResultSide: mostOfAll, maxResultPixels }: Pick<Config, "maxResultSide" | "maxResultPixels">,
): void {
  if (!enlarge) return;
  const maxResultSide = Math.min(mostOfAll, mostResultSide || mostOfAll);
  const sides = [Math.round(width * dpr * zoom.x), Math.round(height * dpr * zoom.y)] as const;
  const [w, h] = sides;
  const isBox = resize === "fill" || resize === "force" || (extend !== null && resize === "fit");
  const exact = w > 0 && h > 0 ? isBox : (w > 0 || h > 0) && resize !== "fit-down";
  if (!exact) return;
  const value = `${w || "?"}x${h || "?"}`;
  if (Math.max(...sides) > maxResultSide) {
    throw new Failure("result_too_large", { value, limit: `${maxResultSide} px a side` });
  }
  if (w * h > maxResultPixels) throw new Failure("result_too_large", { value, limit: `${maxResultPixels} pixels` });
}

/**
 * Throws Failure `source_over_limit` when the source is over a limit of the address (imgproxy's security options). That is
 * no failure of the source, so nobody remembers it. `bytes`: length of its file.
 */
export function refuseOverLimits(
  { mostSourcePixels, mostFramePixels, mostSourceBytes }: Transform,
  { width, height, frames }: { readonly width: number; readonly height: number; readonly frames: number },
  bytes: number,
): void {
  const pixels = width * height;
  const refuse = (value: string, limit: number) => {
    throw new Failure("source_over_limit", { value, limit });
  };
  if (mostSourceBytes > 0 && bytes > mostSourceBytes) refuse(`${bytes} bytes`, mostSourceBytes);
  if (mostSourcePixels > 0 && pixels > mostSourcePixels) refuse(`${pixels} pixels`, mostSourcePixels);
  if (mostFramePixels > 0 && frames > 1 && pixels > mostFramePixels) refuse(`${pixels} pixels`, mostFramePixels);
}

/** Throws Failure `option_invalid` when the address asks for a watermark and this deployment has none. */
export function refuseMissingWatermark(
  { watermark }: Pick<Transform, "watermark">,
  { watermarkUrl }: Pick<Config, "watermarkUrl">,
): void {
  if (watermark === null || watermarkUrl !== null) return;
  const value = `"${watermark.opacity}"`;
  throw new Failure("option_invalid", { option: "watermark (wm)", value, limit: "WATERMARK_URL is not set here" });
}

/**
 * Throws Failure `option_invalid` when the address names AVIF and this deployment makes none, or when nobody has signed it:
 * an AVIF takes ten times the CPU time of a WebP.
 */
export function refuseAvif(
  { transform, authority }: Pick<ImageRequest, "transform" | "authority">,
  { avif }: Pick<Config, "avif">,
): void {
  if (transform.format !== "avif" || (avif !== "off" && authority === "signature")) return;
  const others = `one of ${[...formatWords().keys()].join(", ")}`;
  const limit = `${others}; ${avif === "off" ? "avif is off here (AVIF)" : "avif needs a signature"}`;
  throw new Failure("option_invalid", { option: "format (f)", value: '"avif"', limit });
}

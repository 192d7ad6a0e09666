/** What the deployment's settings make of a request, as far as they decide the bytes. Pure. */
import type { Config } from "../config/config.ts";
import { canMove } from "./accept.ts";
import type { ImageRequest } from "./imageRequest.ts";
import { quantise } from "./options/quantum.ts";
import type { Transform } from "./transform.ts";

type Settings = Pick<
  Config,
  | "keepCopyright"
  | "maxAnimationFrames"
  | "watermarkUrl"
  | "watermarkOpacity"
  | "maxSourcePixels"
  | "maxSourceBytes"
  | "maxResultSide"
>;

/** The request with what its address leaves to the deployment. The key is that of the result. */
export function withSettings<R extends Pick<ImageRequest, "transform" | "accept">>(request: R, settings: Settings): R {
  const { transform, accept } = request;
  const keepCopyright = transform.keepCopyright ?? (settings.keepCopyright ? "fetched" : "none");
  // A format that cannot move has one key, whatever the address says of animations.
  const most = canMove(transform.format, accept) ? settings.maxAnimationFrames : 1;
  const maxFrames = Math.min(transform.maxFrames ?? most, most, transform.mostFrames || most);
  const watermark = watermarkOf(transform, settings);
  return {
    ...request,
    transform: { ...transform, keepCopyright, maxFrames, mostFrames: 0, watermark, ...lowered(transform, settings) },
  };
}

/** With the deployment's picture and opacity; null when nothing of it would be seen. */
function watermarkOf(
  { watermark }: Pick<Transform, "watermark">,
  { watermarkUrl, watermarkOpacity }: Pick<Settings, "watermarkUrl" | "watermarkOpacity">,
): Transform["watermark"] {
  if (watermark === null || watermarkUrl === null) return null;
  const opacity = quantise(watermark.opacity * watermarkOpacity);
  return opacity === 0 ? null : { ...watermark, opacity, url: watermarkUrl };
}

/** Limits of the address that are no lower than the deployment's are none. */
function lowered(
  { mostSourcePixels, mostFramePixels, mostSourceBytes, mostResultSide }: Transform,
  { maxSourcePixels, maxSourceBytes, maxResultSide }: Settings,
) {
  const below = (limit: number, deployment: number) => (limit < deployment ? limit : 0);
  return {
    mostSourcePixels: below(mostSourcePixels, maxSourcePixels),
    mostFramePixels: below(mostFramePixels, maxSourcePixels),
    mostSourceBytes: below(mostSourceBytes, maxSourceBytes),
    mostResultSide: below(mostResultSide, maxResultSide),
  };
}

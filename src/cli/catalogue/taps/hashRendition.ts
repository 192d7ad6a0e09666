/** The hashes of a stored rendition, by the Worker's own engine. */
import "../../../../.ci/wasm-loader.ts";
import { Priority } from "../../../concurrency/priority.ts";
import { createSemaphore } from "../../../concurrency/semaphore.ts";
import type { Encode } from "../../../image/picture.ts";
import type { Look } from "../../../image/rendition.ts";
import { DEFAULTS } from "../../../request/options/applyOption.ts";

/** Renditions are ours, so these limits are never reached. */
const LIMITS = {
  maxSourcePixels: 50_000_000,
  maxSourceFrames: 10_000,
  maxResultSide: 8_192,
  maxResultPixels: 50_000_000,
  maxAnimationPixels: 50_000_000,
};
const WAIT_MS = 3_600_000;

const encodesNothing: Encode = async () => new Uint8Array(0);
const ENCODERS = { webp: encodesNothing, avif: encodesNothing, jpeg: encodesNothing, png: encodesNothing };

export type HashRendition = (file: Uint8Array) => Promise<Pick<Look, "dhash" | "pdq">>;

/** Loads the engine. It takes one picture at a time, others wait. The function throws Failure for what is no picture. */
export async function loadHashRendition(): Promise<HashRendition> {
  const { renderImage } = await import("../../../image/renderImage.ts");
  const slot = createSemaphore({ capacity: 1, maxWaiting: 10_000, waitMs: WAIT_MS });
  return async (bytes) => {
    const order = { bytes, transform: DEFAULTS, format: "png", limits: LIMITS, analyse: ["dhash", "pdq"] } as const;
    const { look = {} } = await slot.run(1, new Priority("job"), () => renderImage(order, ENCODERS));
    return look;
  };
}

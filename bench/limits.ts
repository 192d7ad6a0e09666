/** Limits of the engine that no picture of a bench reaches. */
import type { EngineLimits } from "../src/image/rendition.ts";

export const WIDE_LIMITS: EngineLimits = {
  maxSourcePixels: 1e9,
  maxSourceFrames: 1000,
  maxResultSide: 16_383,
  maxResultPixels: 1e8,
  maxAnimationPixels: 1e8,
};

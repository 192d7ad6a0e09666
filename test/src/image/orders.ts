/** Render orders for the engine's tests: plain defaults, so that a test says only what it is about. */
import type { EngineLimits, RenderOrder } from "../../../src/image/rendition.ts";
import type { OutputFormat, Transform } from "../../../src/request/imageRequest.ts";

export const PLAIN: Transform = {
  resize: "fit",
  width: 0,
  height: 0,
  dpr: 1,
  enlarge: false,
  gravity: { kind: "compass", at: "ce", x: 0, y: 0 },
  crop: null,
  background: null,
  quality: null,
  format: "auto",
  autoRotate: true,
  rotate: 0,
};

export const LIMITS: EngineLimits = {
  maxSourcePixels: 100_000_000,
  maxSourceFrames: 1000,
  maxResultSide: 4096,
  maxResultPixels: 12_000_000,
};

/** Bytes and what differs from the plain transform -> an order for the engine we serve with. */
export function orderOf(bytes: Uint8Array, wish: Partial<Transform>, format: OutputFormat): RenderOrder {
  return { bytes: new Uint8Array(bytes), transform: { ...PLAIN, ...wish }, format, limits: LIMITS, engine: "auto" };
}

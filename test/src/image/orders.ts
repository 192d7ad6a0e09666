/** Render orders for the engine's tests: plain defaults, so that a test says only what it is about. */
import { Priority } from "../../../src/concurrency/priority.ts";
import { createSemaphore } from "../../../src/concurrency/semaphore.ts";
import type { OutputFormat } from "../../../src/image/formats/registry.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import type { EngineLimits, RenderOrder, Rendition } from "../../../src/image/rendition.ts";
import type { Transform } from "../../../src/request/transform.ts";
import { PLAIN } from "../../support/transform.ts";

export const LIMITS: EngineLimits = {
  maxSourcePixels: 100_000_000,
  maxSourceFrames: 1000,
  maxResultSide: 4096,
  maxResultPixels: 12_000_000,
  maxAnimationPixels: 12_000_000,
};

/** Bytes and what differs from the plain transform -> an order for the engine. */
export function orderOf(bytes: Uint8Array, wish: Partial<Transform>, format: OutputFormat): RenderOrder {
  return { bytes: new Uint8Array(bytes), transform: { ...PLAIN, ...wish }, format, limits: LIMITS };
}

const renderSlot = createSemaphore({ capacity: 1, maxWaiting: 128, waitMs: 60_000 });

/** `renderImage` for tests that render several pictures at once: one after the other, as in production. */
export function renderInTurn(order: RenderOrder): Promise<Rendition> {
  return renderSlot.run(1, new Priority("user"), () => renderImage(order));
}

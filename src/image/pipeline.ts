/** The engine: bytes and a wish in, a thumbnail out. One function that reads as its steps. */
import { Failure } from "../errors.ts";
import { renderWithPhoton } from "./baseline.ts";
import { embeddedConversion } from "./colour/embedded.ts";
import { withDecodeErrors } from "./decodeErrors.ts";
import { decode } from "./formats/decoders.ts";
import { encode } from "./formats/encode.ts";
import type { Source } from "./picture.ts";
import { planRender } from "./plan.ts";
import { readHeader } from "./readHeader.ts";
import type { Header, RenderImage, RenderOrder, Rendition } from "./rendition.ts";
import { flatten } from "./steps/flatten.ts";
import { upright } from "./steps/orient.ts";
import { startStopwatch } from "./stopwatch.ts";
import { dropAllEngines, trimEngines } from "./wasm.ts";

/** The tail of the line: engines work in memory of their own, so two pictures never run into each other. */
let last: Promise<unknown> = Promise.resolve();
let lastAt = 0;
/** A job of a request that was ended in the middle never settles; after this long nobody waits for it (gate.ts). */
const STUCK_MS = 60_000;

/** bytes + order -> thumbnail. Throws Failure (415, 413, 400 reasons; `internal` when it is our doing), nothing else. */
export const renderImage: RenderImage = (order) => {
  const now = Date.now();
  const before = now - lastAt < STUCK_MS ? last : Promise.resolve();
  const job = before.then(() => renderSafely(order));
  last = job.catch(() => undefined);
  lastAt = now;
  return job;
};

async function renderSafely(order: RenderOrder): Promise<Rendition> {
  try {
    return order.engine === "photon" ? await renderWithPhoton(order) : await render(order);
  } catch (error) {
    if (error instanceof Failure) throw error;
    // A trap, or what an engine threw for it: nothing its memory holds can be trusted any more.
    dropAllEngines();
    throw new Failure("internal", {}, `engine: ${error}`);
  } finally {
    trimEngines();
  }
}

async function render(order: RenderOrder): Promise<Rendition> {
  const { bytes } = order;
  const clock = startStopwatch();
  const { source, plan, decoded } = await withDecodeErrors(async () => {
    const source = readHeader(bytes);
    const plan = planRender(source, { ...order, fileBytes: bytes.length });
    const decoded = await decode(plan.decoders, bytes, source, plan, clock);
    const convert = await embeddedConversion(source);
    convert?.(decoded.pixels.data);
    return { source, plan, decoded };
  });
  const turned = upright(decoded.pixels, plan.orientation);
  const pixels = plan.background === null ? turned : flatten(turned, plan.background);
  clock.lap("resize");
  const thumbnail = await encode(pixels, plan.encode);
  clock.lap("encode");
  return {
    bytes: thumbnail,
    format: plan.encode.format,
    width: pixels.width,
    height: pixels.height,
    source: headerOf(source),
    truncated: decoded.truncated,
    stages: clock.stages(),
  };
}

/** The public part of a source: nothing that would keep the file's bytes alive. */
export function headerOf(source: Source): Header {
  const { format, width, height, orientation, frames, alpha, progressive, colour } = source;
  return { format, width, height, orientation, frames, alpha, progressive, colour };
}

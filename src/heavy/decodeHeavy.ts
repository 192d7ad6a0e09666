/** The work of the second Worker: bytes and an order in, pixels or a named failure out. */
import { asFailure } from "../errors.ts";
import { withDecodeErrors } from "../image/decodeErrors.ts";
import { trimEngines } from "../image/engines.ts";
import type { HeavyAnswer, HeavyOrder } from "../image/heavy.ts";
import { checkSize } from "../image/picture.ts";
import { startStopwatch } from "../image/rendition.ts";
import { HEAVY_DECODERS } from "./decoders.ts";

/** An engine keeps its memory for the next picture of its kind: a new one would be beside the old until it is collected. */
const KEPT_BYTES = 112_000_000;
/** What all engines keep when a picture of another kind comes. */
const SMALL_BYTES = 20_000_000;
let lastDecoder: string | null = null;

/** Pictures one after the other: engines have memory of their own. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Every failure of the picture is in the answer. `begun` is awaited before the work: once the caller has heard of it, what
 * ends this Worker is this picture. Rejects when the caller is gone.
 */
export function decodeHeavy(bytes: Uint8Array, order: HeavyOrder, begun: () => unknown): Promise<HeavyAnswer> {
  const answer = last.then(async () => {
    await begun();
    return decodeOne(bytes, order);
  });
  // Its value is not kept: the pixels would stay until the next picture.
  last = answer.then(
    () => undefined,
    () => undefined,
  );
  return answer;
}

async function decodeOne(bytes: Uint8Array, { decoder, source, view, least }: HeavyOrder): Promise<HeavyAnswer> {
  try {
    return await withDecodeErrors(async () => {
      const decode = HEAVY_DECODERS[decoder];
      if (decode === undefined) throw new Error(`no decoder is called ${decoder}`);
      if (decoder !== lastDecoder) trimEngines(SMALL_BYTES);
      lastDecoder = decoder;
      const clock = startStopwatch();
      const { picture, truncated } = await decode(bytes, source, { view, dctScale: 8, least }, clock);
      const [{ pixels }] = picture.frames;
      checkSize(pixels, view);
      const { decode: first, resize } = clock.stages();
      return { pixels, truncated, milliseconds: first + resize };
    });
  } catch (error) {
    const { reason, facts, detail } = asFailure(error);
    return { reason, facts, detail };
  } finally {
    trimEngines(KEPT_BYTES);
  }
}

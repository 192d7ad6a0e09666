/** The work of the second Worker: bytes and an order in, pixels or a named failure out. */
import { asFailure } from "../errors.ts";
import { withDecodeErrors } from "../image/decodeErrors.ts";
import { engineMemory, trimEngines } from "../image/engines.ts";
import { ISOLATE_BYTES } from "../image/formats/heavyMemory.ts";
import type { HeavyAnswer, HeavyOrder } from "../image/heavy.ts";
import { checkSize } from "../image/picture.ts";
import { startStopwatch } from "../image/rendition.ts";
import { HEAVY_DECODERS } from "./decoders.ts";
import { inTurn } from "./turn.ts";

/** What JavaScript, fonts and the resampler hold. */
export const BASE_BYTES = 8_000_000;

/** Every failure of the picture is in the answer. Rejects when the caller is gone. `begun` as in turn.ts. */
export function decodeHeavy(bytes: Uint8Array, order: HeavyOrder, begun: () => unknown): Promise<HeavyAnswer> {
  return inTurn(begun, () => decodeOne(bytes, order));
}

async function decodeOne(bytes: Uint8Array, order: HeavyOrder): Promise<HeavyAnswer> {
  const { decoder, source, view, least } = order;
  try {
    return await withDecodeErrors(async () => {
      const found = HEAVY_DECODERS[decoder];
      if (found === undefined) throw new Error(`no decoder is called ${decoder}`);
      // Linear memory never shrinks, and that of a dropped engine stays until the garbage collection. So engines are kept
      // for the next picture of their kind, and dropped only when this one needs their place.
      const own = Math.max(found.needs(order), engineMemory()[found.engine] ?? 0);
      trimEngines(Math.max(0, ISOLATE_BYTES - BASE_BYTES - own), found.engine);
      const clock = startStopwatch();
      const { picture, truncated } = await found.decode(bytes, source, { view, dctScale: 8, least }, clock);
      const [{ pixels }] = picture.frames;
      checkSize(pixels, view);
      const { decode: first, resize } = clock.stages();
      return { pixels, truncated, milliseconds: first + resize };
    });
  } catch (error) {
    const { reason, facts, detail } = asFailure(error);
    return { reason, facts, detail };
  }
}

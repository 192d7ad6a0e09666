/** A Worker over the readers of `src/image`: many files in a request, and what became of each. */
import { Failure } from "../../../../../src/errors.ts";
import { engineMemory } from "../../../../../src/image/engines.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { PLAIN } from "../../../../support/transform.ts";

/** What a file came to: a picture, a cut one (damaged, but shown), or the reason of a Failure; a trap has a name of its own. */
export type Outcome = string;
export type Answer = { readonly outcomes: readonly Outcome[]; readonly memory: number; readonly last: string };

const SIDE = 20;

/** The order's size is 20 px, its format WebP. `maxSourcePixels`, `maxFrames` stand for the limits of a deployment. */
async function outcomeOf(
  bytes: Uint8Array,
  maxSourcePixels: number,
  maxFrames: number,
): Promise<{ outcome: Outcome; picture: Uint8Array }> {
  const limits = {
    maxSourcePixels,
    maxSourceFrames: 1000,
    maxResultSide: 4096,
    maxResultPixels: 12_000_000,
    maxAnimationPixels: 12_000_000,
  };
  try {
    const transform = { ...PLAIN, width: SIDE, height: SIDE, maxFrames };
    const { truncated, bytes: picture } = await renderImage({ bytes, transform, format: "webp", limits });
    return { outcome: truncated ? "cut" : "picture", picture };
  } catch (error) {
    const none = new Uint8Array();
    if (!(error instanceof Failure)) return { outcome: `thrown: ${error}`, picture: none };
    // A decoder threw something else. The answer blames the source, but the fault is ours.
    const trapped = error.facts.why === "its decoder gave up" || error.reason === "internal";
    return { outcome: trapped ? `trap: ${error.detail}` : error.reason, picture: none };
  }
}

export default {
  /** POST: files, each behind its length in 4 bytes (little-endian). `last` is the last file's picture in hexadecimal. */
  async fetch(request: Request): Promise<Response> {
    const body = await request.arrayBuffer();
    const view = new DataView(body);
    const maxSourcePixels = Number(request.headers.get("x-max-pixels"));
    const maxFrames = Number(request.headers.get("x-max-frames"));
    const outcomes: Outcome[] = [];
    let last = "";
    for (let at = 0; at < body.byteLength; ) {
      const length = view.getUint32(at, true);
      const { outcome, picture } = await outcomeOf(
        new Uint8Array(body.slice(at + 4, at + 4 + length)),
        maxSourcePixels,
        maxFrames,
      );
      outcomes.push(outcome);
      last = Array.from(picture, (byte) => byte.toString(16).padStart(2, "0")).join("");
      at += 4 + length;
    }
    const memory = Object.values(engineMemory()).reduce((sum, bytes) => sum + bytes, 0);
    return Response.json({ outcomes, memory, last } satisfies Answer);
  },
};

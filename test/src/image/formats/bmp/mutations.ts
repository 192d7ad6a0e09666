/** Ways to damage a file, and what became of it. */
import { expect } from "vitest";
import { Failure, type Reason } from "../../../../../src/errors.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { LIMITS, orderOf } from "../../orders.ts";
import type { Random } from "../jpeg/decoder/random.ts";

/** The signature stays, so that the file reaches its reader. */
const SIGNATURE = 4;

type Mutate = (bytes: Uint8Array, random: Random, head: number) => Uint8Array;

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

function changed(bytes: Uint8Array, random: Random, count: number, end: number): Uint8Array {
  const copy = bytes.slice();
  for (let n = count; n > 0; n--) {
    copy[random.between(SIGNATURE, Math.min(end, copy.length) - 1)] = random.pick([0, 1, 255, random.between(0, 255)]);
  }
  return copy;
}

function twoPlaces(bytes: Uint8Array, random: Random): [number, number] {
  const places = [random.between(SIGNATURE, bytes.length), random.between(SIGNATURE, bytes.length)];
  return [Math.min(...places), Math.max(...places)];
}

export const MUTATIONS = {
  "a bit": (bytes, random) => {
    const copy = bytes.slice();
    const at = random.between(SIGNATURE, copy.length - 1);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.between(0, 7));
    return copy;
  },
  "some bytes": (bytes, random) => changed(bytes, random, random.between(1, 12), bytes.length),
  "bytes of the header": (bytes, random, head) => changed(bytes, random, random.between(1, 3), head),
  "cut short": (bytes, random) => bytes.slice(0, random.between(SIGNATURE, bytes.length)),
  "a part twice": (bytes, random) => {
    const [from, to] = twoPlaces(bytes, random);
    return joined(bytes.slice(0, to), bytes.slice(from));
  },
  "a part missing": (bytes, random) => {
    const [from, to] = twoPlaces(bytes, random);
    return joined(bytes.slice(0, from), bytes.slice(to));
  },
  "noise for data": (bytes, random, head) => bytes.map((byte, i) => (i < head ? byte : random.between(0, 255))),
} as const satisfies Record<string, Mutate>;

const REASONS: readonly Reason[] = [
  "image_damaged",
  "format_unsupported",
  "source_too_many_pixels",
  "source_too_complex",
  "source_too_many_frames",
];
/** Stands for the limit of a deployment. */
const MAX_PIXELS = 1_000_000;
const LIMIT_MS = 100;

/** A whole thumbnail of the file. Throws whatever is neither a picture nor a Failure that blames the source. */
export async function outcomeOf(bytes: Uint8Array): Promise<"picture" | "cut" | "refused"> {
  const order = {
    ...orderOf(bytes, { width: 20, height: 20 }, "png"),
    limits: { ...LIMITS, maxSourcePixels: MAX_PIXELS },
  };
  const started = process.cpuUsage();
  try {
    return (await renderImage(order)).truncated ? "cut" : "picture";
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(REASONS).toContain(error.reason);
    return "refused";
  } finally {
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(LIMIT_MS);
  }
}

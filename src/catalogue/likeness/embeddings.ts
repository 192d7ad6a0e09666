/** Likeness of subject: the nearest pictures by the cosine of their embeddings. Pure. */
import { createNearest, type Neighbour } from "./nearest.ts";

/** The port to a model that gives a vector for a picture. The vectors of one model have one length. */
export type Embedder = {
  /** Gives a vector for each of `files`, in their order. Rejects when the model gives something else. */
  embed(files: readonly EmbeddedFile[]): Promise<readonly Float32Array[]>;
};

/** `type`: as in HTTP, such as `image/webp`. */
export type EmbeddedFile = { readonly type: string; readonly bytes: Uint8Array };

/** A distance is a whole number as that of hashes is: hundredths of 1 - cosine. 0: the same, 100: nothing in common. */
const STEPS = 100;
const FINE = 65_535;

/**
 * The `k` nearest of each vector, itself left out, whose cosine is `least` or more. Every vector is compared with every other.
 * A vector of zeros is like none.
 */
export function nearestByCosine(
  vectors: readonly Float32Array[],
  k: number,
  least: number,
): readonly (readonly Neighbour[])[] {
  const units = vectors.map(unitOf);
  const lists = units.map(() => createNearest(k));
  for (const [i, a] of units.entries()) {
    for (let j = i + 1; j < units.length; j++) {
      const cosine = dot(a, units[j] ?? a);
      if (cosine < least) continue;
      const apart = Math.max(0, 1 - cosine);
      // As for hashes: a coarse distance, and a fine one that decides between equals.
      const key = (Math.round(STEPS * apart) << 16) | Math.min(FINE, Math.round((FINE * apart) / 2));
      lists[i]?.add(j, key);
      lists[j]?.add(i, key);
    }
  }
  return lists.map((nearest) => nearest.list());
}

function unitOf(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

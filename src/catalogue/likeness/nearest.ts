/** The nearest neighbours of the pictures of one part: by distance of the dHash, then of PDQ, then by number. Pure. */

export type Neighbour = { readonly picture: number; readonly dhash: number; readonly pdq: number };

export type Nearest = {
  /** `distances`: dHash distance << 16 | PDQ distance. */
  add(picture: number, neighbour: number, distances: number): void;
  /** The nearest first. */
  of(picture: number): readonly Neighbour[];
};

/** `first`: number of the part's first picture. Keeps at most `k` neighbours of each picture. */
export function createNearest(first: number, count: number, k: number): Nearest {
  const pictures = new Uint32Array(count * k);
  const keys = new Uint32Array(count * k);
  const filled = new Uint16Array(count);
  return {
    add(picture, neighbour, distances) {
      const row = picture - first;
      const have = filled[row] ?? 0;
      const isBefore = (at: number): boolean => {
        const key = keys[at] ?? 0;
        return distances < key || (distances === key && neighbour < (pictures[at] ?? 0));
      };
      if (have === k && !isBefore(row * k + k - 1)) return;
      let at = row * k + Math.min(have, k - 1);
      for (; at > row * k && isBefore(at - 1); at--) {
        pictures[at] = pictures[at - 1] ?? 0;
        keys[at] = keys[at - 1] ?? 0;
      }
      pictures[at] = neighbour;
      keys[at] = distances;
      filled[row] = Math.min(k, have + 1);
    },
    of(picture) {
      const row = picture - first;
      return Array.from({ length: filled[row] ?? 0 }, (_, i) => {
        const key = keys[row * k + i] ?? 0;
        return { picture: pictures[row * k + i] ?? 0, dhash: key >>> 16, pdq: key & 0xffff };
      });
    },
  };
}

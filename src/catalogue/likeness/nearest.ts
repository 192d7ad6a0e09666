/** The nearest neighbours of a picture: by distance of the dHash, then of PDQ, then by number. Pure. */

export type Neighbour = { readonly picture: number; readonly dhash: number; readonly pdq: number };

export type Nearest = {
  /** `distances`: dHash distance << 16 | PDQ distance. */
  add(neighbour: number, distances: number): void;
  /** The nearest first. */
  list(): readonly Neighbour[];
};

/** Keeps at most `k`. */
export function createNearest(k: number): Nearest {
  const kept: { readonly picture: number; readonly key: number }[] = [];
  return {
    add(picture, key) {
      const isBefore = (other: (typeof kept)[number]) =>
        key < other.key || (key === other.key && picture < other.picture);
      const last = kept.at(-1);
      if (kept.length === k && last !== undefined && !isBefore(last)) return;
      const at = kept.findIndex(isBefore);
      kept.splice(at < 0 ? kept.length : at, 0, { picture, key });
      if (kept.length > k) kept.pop();
    },
    list: () => kept.map(({ picture, key }) => ({ picture, dhash: key >>> 16, pdq: key & 0xffff })),
  };
}

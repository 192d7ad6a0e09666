/**
 * Star clusters. Pictures are numbered from the best representative down (rank.ts). In that order, a picture that is in no
 * cluster yet becomes a representative, and all its confirmed neighbours that are in none join it. So every member was
 * compared with its representative, and no chain of likenesses leads from one picture to a quite different one. Pure.
 */

export type Stars = {
  /** Takes a picture with its confirmed neighbours of higher numbers. Call it in the order of the numbers. */
  add(picture: number, neighbours: Uint32Array): void;
  /** For each picture its representative's number; its own where it is a representative or in no cluster. */
  readonly representatives: Uint32Array;
  /** Members besides the representative. */
  sizeOf(representative: number): number;
};

export function createStars(count: number): Stars {
  const representatives = Uint32Array.from({ length: count }, (_, i) => i);
  const sizes = new Uint32Array(count);
  return {
    representatives,
    sizeOf: (representative) => sizes[representative] ?? 0,
    add(picture, neighbours) {
      if (representatives[picture] !== picture) return;
      for (const other of neighbours) {
        // A picture of a higher number has had no turn yet, so it is no representative.
        if (representatives[other] !== other || other === picture) continue;
        representatives[other] = picture;
        sizes[picture] = (sizes[picture] ?? 0) + 1;
      }
    },
  };
}

/** The rules of the weather, as data. Times are in milliseconds. */
export const RULES = {
  /** Samples that a figure needs: in the last minute for a change, in the decaying mean for what is usual. */
  samples: 200,
  /** Isolates that a figure needs. Each one counts once per window, by its median. */
  isolates: 3,
  /** At most so many samples of one isolate count per window, so that none can fill a figure alone. */
  isolateSamples: 100,
  /** Another store is worth a change from this share on: 0.2 = it takes at most 80 % of the time. */
  better: 0.2,
  /** What is read must be slower than it usually is by chance, too: so many times its mean deviation do not count. */
  noise: 2,
  /** Minutes that this deviation is a mean of at least. */
  noiseMinutes: 60,
  /** So many windows in a row must say so. One may be noise. */
  windows: 2,
  /** A data centre stays where it is for so long after a change. */
  holdMs: 600_000,
  /** The longest hold. It doubles with each move that did not pay, and such a move is forgotten after this time. */
  mostHoldMs: 86_400_000,
  /** What is usual is a mean that decays in this time (to 1/e). */
  usualMs: 86_400_000,
  /** Reads of a store that a data centre does not read now are rare. The newest of them count, up to this age. */
  recentMs: 21_600_000,
  /** A data centre's own recent reads come before those of all, if they are enough within this time. */
  ownRecentMs: 600_000,
  /** The most recent reads that are kept per store. */
  recentKept: 1_000,
  /** A data centre that was moved goes back to the table when its store has no figure for so long. */
  unknownMs: 3_600_000,
  /** A change is over when the new store has this share of the hits that the old one has. */
  settled: 0.95,
  /** It is over after this time at the latest: two stores are read meanwhile. */
  mostMovingMs: 86_400_000,
  /** The gain of a move is a sum that decays in this time, so a move is undone some time after it has ceased to pay. */
  gainMs: 1_800_000,
} as const;

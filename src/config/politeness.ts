/** What a source allows, as data: the type of a rule, and the bounds of what a setting may say. Pure. */

/** What a source allows. null = no limit of this kind. */
export type Politeness = {
  /** Exchanges at a time. */
  readonly concurrency: number | null;
  /** Starts in any second: a whole number, or less than 1 (0.2 = one start in 5 seconds). */
  readonly perSecond: number | null;
  /** In any 10 seconds at most ten times so many bytes. */
  readonly bytesPerSecond: number | null;
  /** Starts in any 24 hours. */
  readonly perDay: number | null;
};

export const NO_LIMITS: Politeness = { concurrency: null, perSecond: null, bytesPerSecond: null, perDay: null };

/** What a limit may be, both ends included. `fractions`: below 1 it may be any number. */
export const POLITENESS_RANGES = {
  concurrency: { min: 1, max: 64, fractions: false },
  perSecond: { min: 0.001, max: 500, fractions: true },
  bytesPerSecond: { min: 10_000, max: 1_000_000_000, fractions: false },
  perDay: { min: 1, max: 100_000_000, fractions: false },
} as const satisfies Record<keyof Politeness, { min: number; max: number; fractions: boolean }>;

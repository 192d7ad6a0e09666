/** The taps by their names in `TAPS`. Pure data. */
export const TAP_NAMES = ["thumbhash", "colour", "dhash", "pdq"] as const;
export type TapName = (typeof TAP_NAMES)[number];

/** What jobs work out beside what readers' renders do. */
const OF_JOBS: readonly TapName[] = ["dhash", "pdq"];

/** The taps of a render: those of `TAPS`, and the hashes for a job. */
export function tapsFor(names: readonly TapName[], isJob: boolean): readonly TapName[] {
  return isJob ? TAP_NAMES.filter((name) => names.includes(name) || OF_JOBS.includes(name)) : names;
}

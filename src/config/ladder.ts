/** The default of `LADDER`. Pure data: the client imports it too. */

/** Sizes that unsigned requests snap up to, in device pixels; ascending. */
export const LADDER: readonly number[] = [160, 320, 640, 1024, 1600, 2048];

/** The pace of a host: a strict sliding window over the starts of its exchanges. Pure; all times are milliseconds. */

/**
 * A start reaches the source a little before or after its time: the isolate is busy, the network is uneven. Starts that
 * are planned so much more than a second apart are a second apart at the source. Larger than that would cost more than a
 * tenth of the pace: 1000 / (1000 + 80) = 92.6 %.
 */
export const JITTER_MS = 80;
/** An isolate that is later than this gives its grant back. The rest of JITTER_MS is for the network. */
export const START_WITHIN_MS = 60;
/**
 * Where starts are plenty, an isolate may be so late. A lone request meets an object that has to be started first, and
 * does not know how long a call takes; one that has asked ahead may still wait for the stores. Both would give their grant
 * back and ask again.
 */
export const START_EASILY_MS = 500;
/** The log is kept for so long at least. */
export const QUIET_LOG_MS = 2_000;

/** `perSecond` as a window: at most `starts` in any `windowMs`, the margin for jitter included. */
export type PaceWindow = { readonly starts: number; readonly windowMs: number };

/** 10 -> 10 in 1080 ms; 0.2 -> 1 in 5080 ms. 2.5 -> 2: in no second are there more. 0 -> none. */
export function paceWindow(perSecond: number): PaceWindow {
  if (perSecond >= 1) return { starts: Math.floor(perSecond), windowMs: 1000 + JITTER_MS };
  if (perSecond <= 0) return { starts: 0, windowMs: 1000 + JITTER_MS };
  return { starts: 1, windowMs: Math.ceil(1000 / perSecond) + JITTER_MS };
}

/**
 * The first moment from `from` on at which one more start fits. `log` are the times of starts, ascending; some may lie
 * ahead. Infinity when none ever fits.
 */
export function earliestStart(log: readonly number[], from: number, { starts, windowMs }: PaceWindow): number {
  if (starts === 0) return Number.POSITIVE_INFINITY;
  if (fits(log, from, starts, windowMs)) return from;
  // A place that opens does so when an older start leaves the window.
  const ends = log.map((at) => at + windowMs).filter((end) => end > from);
  return ends.find((end) => fits(log, end, starts, windowMs)) ?? Number.POSITIVE_INFINITY;
}

/**
 * How late a start at `at` may be, in milliseconds. One that is `free` has more time: nobody else waits, or it was asked
 * ahead. It then takes two places if there is a limit, so half of the starts must be left to others.
 */
export function latenessFor(log: readonly number[], at: number, perSecond: number | null, free: boolean): number {
  if (!free) return START_WITHIN_MS;
  if (perSecond === null) return START_EASILY_MS;
  const { starts, windowMs } = paceWindow(perSecond);
  const near = log.filter((other) => Math.abs(other - at) < windowMs + START_EASILY_MS).length;
  const isPlenty = near === 0 ? starts >= 3 : (near + 2) * 2 <= starts;
  return isPlenty ? START_EASILY_MS : START_WITHIN_MS;
}

/** The log with one more start. */
export function withStart(log: readonly number[], at: number): number[] {
  const before = placeOf(log, at);
  return [...log.slice(0, before), at, ...log.slice(before)];
}

/** The log without one start at `at`, which did not take place. */
export function withoutStart(log: readonly number[], at: number): number[] {
  const index = log.indexOf(at);
  return log.filter((_, i) => i !== index);
}

/** The starts that still count at `now`. */
export function pruned(log: readonly number[], now: number, windowMs: number): number[] {
  return log.filter((at) => at + windowMs > now);
}

/** Whether a start at `at` leaves no `starts + 1` of them closer together than the window. */
function fits(log: readonly number[], at: number, starts: number, windowMs: number): boolean {
  const place = placeOf(log, at);
  const time = (i: number) => (i < place ? log[i] : i === place ? at : log[i - 1]);
  for (let first = Math.max(0, place - starts); first <= place; first++) {
    const begin = time(first);
    const end = time(first + starts);
    if (begin !== undefined && end !== undefined && end - begin < windowMs) return false;
  }
  return true;
}

/** How many of the log are not after `at`. */
function placeOf(log: readonly number[], at: number): number {
  const after = log.findIndex((one) => one > at);
  return after < 0 ? log.length : after;
}

type Planned = { readonly start: number; readonly within: number };

/**
 * The places of a start in the log: its time, and its latest moment where that is far from it. Any window that has the
 * real start in it has one of the two.
 */
function placesOf({ start, within }: Planned): readonly number[] {
  return within > START_WITHIN_MS ? [start, start + within] : [start];
}

/** The log with the places of a start, and without them. */
export function withPlaces(log: readonly number[], planned: Planned): readonly number[] {
  return placesOf(planned).reduce<readonly number[]>(withStart, log);
}
export function withoutPlaces(log: readonly number[], planned: Planned): readonly number[] {
  return placesOf(planned).reduce<readonly number[]>(withoutStart, log);
}

/** Outcomes made up from a seed, and the log that holds them. */
import type { Outcome } from "../../../src/catalogue/outcome.ts";
import { logKey, logText } from "../../../src/catalogue/outcomeLog.ts";
import type { Status } from "../../../src/catalogue/status.ts";
import { choices } from "../seeded.ts";

/** A UUID of a number; the order of the numbers is the order of the UUIDs. */
export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

export const CHECKED = Date.UTC(2026, 10, 28);
const STATUSES = [
  "stored",
  "stored",
  "stored",
  "present",
  "not-found",
  "gone",
  "failed",
  "html",
] as const satisfies readonly Status[];

/** An outcome of picture `number`; another `seed` gives another outcome of the same picture. */
export function outcomeOf(number: number, seed = number): Outcome {
  const { below, pick, chance } = choices(seed * 7_919 + 13);
  const status: Status = pick(STATUSES);
  const stored = status === "stored" || status === "present";
  const original = stored && chance(0.7);
  return {
    ...{ v: 1, id: uuidOf(number), url: `https://photos.test/${number}.jpg`, host: "photos.test" },
    ...{ source: `${"a".repeat(16)}/${number.toString(16).padStart(32, "0")}`, status },
    reason: stored ? null : status === "failed" ? "source_timeout" : "source_missing",
    http: stored ? 200 : pick([404, 410, null]),
    final: stored ? `https://photos.test/${number}.jpg` : null,
    ...{
      variant: stored ? "original" : null,
      format: stored ? "jpeg" : null,
      bytes: stored ? 1_000 + below(3_000_000) : null,
    },
    ...{ orientation: stored ? 1 + below(8) : null, frames: stored ? 1 : null, alpha: stored ? chance(0.1) : null },
    colour: stored ? `#${below(0x1000000).toString(16).padStart(6, "0")}` : null,
    thumbhash: stored ? `a\\b\t${below(1_000)}"=` : null,
    dhash: stored
      ? below(2 ** 32)
          .toString(16)
          .padStart(16, "0")
      : null,
    ...{
      pdq: null,
      pdqQuality: null,
      hash: stored
        ? below(2 ** 32)
            .toString(16)
            .padStart(8, "0")
        : null,
    },
    etag: stored && chance(0.5) ? `"${below(1_000)}\n"` : null,
    ...{ checkedAt: CHECKED + below(20) * 1_000, attempts: 1 + below(3), maker: stored ? "1-vp8enc1" : null },
    rendition: stored ? { key: `2/t/x/${number}`, width: 640, height: 480, bytes: 40_000 } : null,
    original: original
      ? {
          ...{
            width: 1 + below(6_000),
            height: 1 + below(6_000),
            format: "jpeg",
            bytes: chance(0.02) ? 3_000_000_000 : 5_000_000,
          },
          ...{ camera: pick(["Canon EOS 5D", null]), exposure: pick([0.004, null]), aperture: pick([2.8, null]) },
          ...{
            iso: pick([100, null]),
            focalLength: null,
            takenAt: pick(["2011-05-06T07:08:09", "0000:00:00", null]),
            location: null,
          },
        }
      : null,
  };
}

/** The objects of a log: chunks of up to `chunk` outcomes, in this order. */
export function logObjects(run: string, outcomes: readonly Outcome[], chunk = 100): ReadonlyMap<string, string> {
  const objects = new Map<string, string>();
  for (let at = 0; at < outcomes.length; at += chunk) {
    objects.set(
      logKey(run, "a".repeat(16), Math.floor(at / 10_000), at % 10_000),
      logText(outcomes.slice(at, at + chunk)),
    );
  }
  return objects;
}

/** By a plain reduction: the outcomes of an identifier that nothing beats, in time and then in attempts. */
export function latestOf(log: readonly Outcome[], id: string): readonly Outcome[] {
  const mine = log.filter((one) => one.id === id);
  const checkedAt = Math.max(...mine.map((one) => one.checkedAt));
  const last = mine.filter((one) => one.checkedAt === checkedAt);
  const attempts = Math.max(...last.map((one) => one.attempts));
  return last.filter((one) => one.attempts === attempts);
}

/** Option strings by chance: each is read or refused by name, and whoever shares a key has the same plan. */
import { expect, test } from "vitest";
import { ANSWERS, Failure } from "../../../../src/errors.ts";
import type { Source } from "../../../../src/image/header.ts";
import { planRender } from "../../../../src/image/plan.ts";
import { canonicalOptions } from "../../../../src/request/canonical.ts";
import { namedOptions, splitOptions } from "../../../../src/request/options/applyOption.ts";
import { readOptions } from "../../../../src/request/options/readOptions.ts";
import type { Transform } from "../../../../src/request/transform.ts";
import { choices } from "../../../support/seeded.ts";
import { LIMITS } from "../../image/orders.ts";

const COUNT = process.env.FIRSTLIGHT_LONG === "1" ? 300_000 : 3_000;

const { below, pick } = choices(20);

const NAMES = [
  ...namedOptions().flatMap(({ name, short }) => [name, ...short]),
  ...["preset", "pr", "sm", "cp", "br", "style", "hashsum", "nothing", ""],
];
/** Values that some option takes, and values that none does. */
const VALUES = [
  ...["0", "1", "2", "100", "320", "0.5", "0.000001", "1.5", "-1", "90", "255", "65535", "65536", "1e3", "99999999999"],
  ...["", "t", "f", "true", "fff", "ff8000", "ce", "no", "soea", "fp", "sm", "fill", "fit", "force", "auto"],
  ...["jpg", "png", "webp", "avif", "svg", "small", "a%2Fb", "%E4", "é", "creator", " ", "__proto__", "NaN"],
];

const option = () => [pick(NAMES), ...Array.from({ length: below(5) }, () => pick(VALUES))].join(":");

const SOURCE: Source = {
  ...{ format: "png", width: 400, height: 300, orientation: 1, frames: 1, alpha: true, progressive: false },
  ...{ colour: "rgb", depth: 8, interlaced: false, scans: 1, coefficientBytes: 0, inflatedBytes: 0 },
  ...{ icc: null, iccDeflated: false, inverted: false },
};

/** Upright size of a watermark. */
const MARK = { width: 40, height: 20 };

/** What the engine decides, with the options that it reads beside the plan. */
function planOf(transform: Transform): string {
  const format = transform.format === "auto" ? "webp" : transform.format;
  const { trim, maxBytes, raw, skip, keepProfile } = transform;
  const { mostSourcePixels, mostFramePixels, mostSourceBytes, mostFrames } = transform;
  try {
    const plan = planRender(SOURCE, { transform, format, limits: LIMITS, fileBytes: 1_000, mark: MARK });
    const limits = [mostSourcePixels, mostFramePixels, mostSourceBytes, mostFrames];
    return JSON.stringify([plan, trim, maxBytes, raw, [...skip].sort(), keepProfile, limits]);
  } catch (error) {
    if (error instanceof Failure && ANSWERS[error.reason].status < 500) return error.reason;
    throw error;
  }
}

test(`${COUNT} option strings: no fault of ours, a name in each refusal, one plan for one key`, {
  timeout: 900_000,
}, () => {
  const plans = new Map<string, readonly [plan: string, options: string]>();
  const seen = { read: 0, refused: 0, shared: 0 };
  for (let i = 0; i < COUNT; i++) {
    const options = Array.from({ length: 1 + below(4) }, option);
    try {
      const { transform, cachebuster } = splitOptions(
        readOptions(options, {
          presets: [{ name: "small", options: ["w:9"] }],
          allowSecurityOptions: i % 2 === 0,
        }),
      );
      const key = canonicalOptions({ transform, accept: "webp", cachebuster });
      const plan = planOf(transform);
      const known = plans.get(key);
      // One failure for one key is enough: which limit is told depends on how the size was said.
      if (known !== undefined && known[0] !== plan) throw new Error(`${known[1]} and ${options.join("/")}: ${key}`);
      if (known !== undefined) seen.shared++;
      plans.set(key, [plan, options.join("/")]);
      seen.read++;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const named = [error.reason, ANSWERS[error.reason].status, typeof error.facts.option];
      expect([
        ["option_unknown", 400, "string"],
        ["option_invalid", 400, "string"],
      ]).toContainEqual(named);
      seen.refused++;
    }
  }
  expect(seen.read).toBeGreaterThan(COUNT / 20);
  expect(seen.refused).toBeGreaterThan(COUNT / 4);
  expect(seen.shared).toBeGreaterThan(COUNT / 200);
});

import { describe, expect, test } from "vitest";
import { readConfig } from "../../../src/context/readConfig.ts";
import { asFailure } from "../../../src/errors.ts";

/** Every problem, "" = none. */
function problemsOf(vars: Readonly<Record<string, unknown>>): string {
  try {
    readConfig(vars);
    return "";
  } catch (error) {
    return asFailure(error).detail ?? "";
  }
}

describe("a region needs its bucket", () => {
  const BOUND = { R2_PRIMARY: {}, R2_WEUR: {}, R2_EU_2: {} };
  test.each([
    ["weur", ""],
    ["weur,eu-2", ""],
    ["weur,oc", 'REGIONS names "oc", and no bucket is bound as R2_OC'],
    ["weur,mars", 'REGIONS names "mars", which is no region R2 knows, and no bucket is bound as R2_MARS'],
  ])("REGIONS=%s: %s", (REGIONS, problem) => expect(problemsOf({ ...BOUND, REGIONS })).toBe(problem));
  test("each one is named, beside the other problems", () => {
    const problems = problemsOf({ ...BOUND, REGIONS: "oc,mars", QUEUE_MS: "x" });
    for (const part of ["R2_OC", "R2_MARS", "QUEUE_MS"]) expect(problems).toContain(part);
  });
  test("the default asks for none; without any bucket it is no Worker that reads", () => {
    expect([problemsOf(BOUND), problemsOf({ REGIONS: "weur,oc" })]).toEqual(["", ""]);
  });
});

test("a name that UNSIGNED_REFUSED does not take is told beside the other problems", () => {
  const problems = problemsOf({ UNSIGNED_REFUSED: "crop,quality", QUEUE_MS: "x" });
  expect(problems).toContain(
    'UNSIGNED_REFUSED: "quality" is none of background, blur, cachebuster, crop, extend, extend_aspect_ratio, extend_background, gravity, pixelate, rotate, sharpen, trim',
  );
  expect(problems).toContain("QUEUE_MS");
});

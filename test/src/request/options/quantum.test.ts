import { describe, expect, test } from "vitest";
import { QUANTUM, quantise, quantiseLength } from "../../../../src/request/options/quantum.ts";

describe("quantise", () => {
  test.each([
    [0.1 + 0.2, 0.3],
    [0.0000004, 0],
    [0.0000006, 0.000001],
    [-0.0000004, 0],
    [-0.0000006, -0.000001],
    [0.9999994, 0.999999],
    [0.9999996, 1],
    [65_535.0000004, 65_535],
    [655_350.123456, 655_350.123456],
  ])("%d -> %d", (value, expected) => expect(quantise(value)).toBe(expected));

  test("every multiple of the step stays as it is, also as text", () => {
    for (const n of [1, 3, 7, 333_333, 999_999, 1_000_001, 655_350_000_001]) {
      const value = n * QUANTUM;
      expect(quantise(quantise(value))).toBe(quantise(value));
      expect(Number(String(quantise(value)))).toBe(quantise(value));
    }
  });
});

describe("quantiseLength", () => {
  test.each([
    [0.9999994, 0.999999],
    [0.9999996, 0.999999],
    [0.999999999, 0.999999],
    [1, 1],
    [1.0000004, 1],
    [-0.9999996, -0.999999],
    [-1, -1],
    [0.0000004, 0],
    [17.5, 17.5],
  ])("%d -> %d: a share stays a share", (value, expected) => expect(quantiseLength(value)).toBe(expected));
});

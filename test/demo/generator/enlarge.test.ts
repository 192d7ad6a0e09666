import { describe, expect, it } from "vitest";
import { enlarge } from "../../../demo/generator/enlarge.ts";

/** The largest change by the grain. */
const GRAIN = 14;

describe("enlarge", () => {
  it("keeps an even colour, except for the grain", () => {
    const { pixels } = enlarge({ width: 2, height: 2, pixels: new Uint8Array(12).fill(100) }, 40, 30, 1);
    expect(pixels).toHaveLength(40 * 30 * 3);
    expect(Math.min(...pixels)).toBeGreaterThanOrEqual(100 - GRAIN);
    expect(Math.max(...pixels)).toBeLessThanOrEqual(100 + GRAIN);
    expect(new Set(pixels).size).toBeGreaterThan(5);
  });
  it("interpolates between two pixels, in each channel", () => {
    const { pixels } = enlarge({ width: 2, height: 1, pixels: Uint8Array.of(20, 200, 60, 220, 40, 60) }, 101, 1, 1);
    const middle = [...pixels.subarray(50 * 3, 51 * 3)];
    for (const [channel, value] of [120, 120, 60].entries()) {
      expect(Math.abs((middle[channel] ?? 0) - value)).toBeLessThanOrEqual(GRAIN + 1);
    }
  });
  it("puts rows at their place", () => {
    const small = { width: 1, height: 3, pixels: Uint8Array.of(30, 30, 30, 130, 130, 130, 230, 230, 230) };
    const { pixels } = enlarge(small, 1, 99, 1);
    for (const [row, value] of [
      [0, 30],
      [49, 130],
      [98, 230],
    ] as const) {
      expect(Math.abs((pixels[row * 3] ?? 0) - value)).toBeLessThanOrEqual(GRAIN + 1);
    }
  });
  it("stays within 0 and 255", () => {
    const { pixels } = enlarge({ width: 2, height: 1, pixels: Uint8Array.of(0, 0, 0, 255, 255, 255) }, 50, 50, 3);
    expect(pixels[0]).toBeLessThan(GRAIN + 1);
    expect(pixels[49 * 3]).toBeGreaterThan(255 - GRAIN - 1);
  });
});

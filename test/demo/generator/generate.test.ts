import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { paint } from "../../../demo/generator/generate.ts";
import { fractal, noiseFrom, randomFrom } from "../../../demo/generator/noise.ts";
import { SCENES, type SceneName } from "../../../demo/generator/scenes.ts";

describe("paint", () => {
  it.each(Object.keys(SCENES) as SceneName[])(
    "paints %s: a JPEG of that size with light, shade and grain",
    async (scene) => {
      const picture = sharp(await paint(scene, 3, 300, 200));
      expect(await picture.metadata()).toMatchObject({ format: "jpeg", width: 300, height: 200 });
      const { channels, entropy } = await picture.stats();
      expect(entropy).toBeGreaterThan(4);
      expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(15);
    },
  );
  it("gives the same bytes for the same seed and others for another", async () => {
    const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => paint("ridges", seed, 120, 80)));
    expect(first?.equals(again ?? Buffer.alloc(0))).toBe(true);
    expect(first?.equals(other ?? Buffer.alloc(0))).toBe(false);
  });
});

describe("noise", () => {
  it("stays within 0 and 1 and has no jumps", () => {
    const noise = noiseFrom(7);
    for (let x = -3; x < 3; x += 0.01) {
      const value = fractal(noise, x, 1.5, 4);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
      expect(Math.abs(fractal(noise, x + 0.001, 1.5, 4) - value)).toBeLessThan(0.05);
    }
  });
  it("shows no grid: it changes as much on the lines of its lattice as between them", () => {
    const change = (x: number, y: number) => Math.abs(noise(x + 0.01, y) - noise(x - 0.01, y));
    const noise = noiseFrom(3);
    const mean = (offset: number) => {
      const points = Array.from({ length: 2_000 }, (_, at) => change((at % 100) + offset, Math.floor(at / 100) * 3.7));
      return points.reduce((sum, value) => sum + value, 0) / points.length;
    };
    const between = (mean(0.25) + mean(0.5) + mean(0.75)) / 3;
    expect(mean(0) / between).toBeGreaterThan(0.75);
    expect(mean(0) / between).toBeLessThan(1.33);
  });
  it("random numbers spread evenly", () => {
    const random = randomFrom(1);
    const mean = Array.from({ length: 10_000 }, random).reduce((sum, value) => sum + value, 0) / 10_000;
    expect(mean).toBeCloseTo(0.5, 1);
  });
});

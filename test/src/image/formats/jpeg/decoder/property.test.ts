import { describe, expect, it } from "vitest";
import { jpegEngine } from "../../../../../../src/image/formats/jpeg/decoder/engine.ts";
import { readJpeg } from "../../../../../../src/image/formats/jpeg/decoder/markers.ts";
import type { BlockSize } from "../../../../../../src/image/formats/jpeg/decoder/scale.ts";
import { decodeJpeg } from "../../../../../../src/image/formats/jpeg/decoder/thumbnail.ts";
import jpeg from "../../../../../../src/image/formats/jpeg/wasm/decoder.wasm";
import { type Random, seeded } from "./random.ts";
import { planeOf, resample } from "./reference.ts";
import { progressiveScript, type Synthetic, sequentialScript, syntheticPicture, writeJpeg } from "./synthetic.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const engine = jpegEngine(jpeg);

const SAMPLINGS = {
  grey: [[1, 1]],
  "grey 2x2": [[2, 2]],
  "4:4:4": [
    [1, 1],
    [1, 1],
    [1, 1],
  ],
  "4:2:2": [
    [2, 1],
    [1, 1],
    [1, 1],
  ],
  "4:4:0": [
    [1, 2],
    [1, 1],
    [1, 1],
  ],
  "4:2:0": [
    [2, 2],
    [1, 1],
    [1, 1],
  ],
  "4:1:1": [
    [4, 1],
    [1, 1],
    [1, 1],
  ],
  "4:1:0": [
    [4, 2],
    [1, 1],
    [1, 1],
  ],
  "chroma larger": [
    [1, 1],
    [2, 2],
    [2, 2],
  ],
  "thirds and halves": [
    [3, 1],
    [2, 1],
    [1, 2],
  ],
  "four equal": [
    [1, 1],
    [1, 1],
    [1, 1],
    [1, 1],
  ],
  "four, two halved": [
    [2, 2],
    [1, 1],
    [1, 1],
    [2, 2],
  ],
} as const satisfies Record<string, readonly (readonly [number, number])[]>;

const SCRIPTS = {
  "one scan": (_: Random, count: number) => sequentialScript(count, true),
  "a scan per component": (_: Random, count: number) => sequentialScript(count, false),
  progressive: progressiveScript,
} as const;

/**
 * How far components may be from the reference: samples rounded to 8 bits the other way, amplified by Lanczos' lobes.
 */
const TOLERANCE = 2.5;

function compare(random: Random, picture: Synthetic, bytes: Uint8Array): void {
  const header = readJpeg(bytes);
  const sizes = picture.components.map(() => random.pick([1, 2, 4, 8] as const)) satisfies BlockSize[];
  const whole = random.next() < 0.5;
  const x = whole ? 0 : random.between(0, picture.width - 1);
  const y = whole ? 0 : random.between(0, picture.height - 1);
  const crop = { x, y, width: random.between(1, picture.width - x), height: random.between(1, picture.height - y) };
  const width = random.between(1, 24);
  const height = random.between(1, 24);
  const H = Math.max(...picture.components.map((c) => c.h));
  const V = Math.max(...picture.components.map((c) => c.v));
  const plan = { dctScale: 8, crop, width, height, sizes, output: "components" } as const;
  const { pixels, truncated } = decodeJpeg(engine, bytes, header, plan);
  expect(truncated).toBe(false);
  picture.components.forEach((component, i) => {
    const size = sizes[i] ?? 8;
    const across = (component.h / H) * (size / 8);
    const down = (component.v / V) * (size / 8);
    const area = { x: crop.x * across, y: crop.y * down, width: crop.width * across, height: crop.height * down };
    const expected = resample(planeOf(picture, component, size), area, width, height);
    expected.forEach((value, at) => {
      const difference = Math.abs(value - (pixels[at * 4 + i] ?? 0));
      if (difference > TOLERANCE) {
        const place = `component ${i} at ${at % width},${Math.floor(at / width)} of ${width}x${height}, sizes ${sizes}`;
        throw new Error(`${place}: ${pixels[at * 4 + i]}, expected ${value}`);
      }
    });
  });
}

describe("random pictures of 1..40 pixels, against the formulas in floating point", { timeout: 120_000 }, () => {
  for (const [sampling, factors] of Object.entries(SAMPLINGS)) {
    for (const [script, make] of Object.entries(SCRIPTS)) {
      it(`${sampling}, ${script}`, () => {
        const random = seeded(sampling.length * 1000 + script.length);
        for (let i = 0; i < (LONG ? 250 : 10); i++) {
          const picture = syntheticPicture(random, random.between(1, 40), random.between(1, 40), factors);
          const interval = random.pick([0, 0, 1, 2, 5]);
          const skewed = random.next() < 0.5;
          const bytes = writeJpeg(picture, { script: make(random, factors.length), interval, skewed });
          compare(random, picture, bytes);
        }
      });
    }
  }
});

import { describe, expect, it } from "vitest";
import { softChroma, tenBit } from "../../../../../src/image/formats/avif/tenBit.ts";
import type { Pixels } from "../../../../../src/image/picture.ts";
import { seeded } from "../jpeg/decoder/random.ts";

const lumaAt = (data: ArrayLike<number>, at: number) =>
  0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);

function picture(width: number, height: number, value: (i: number) => number, alpha = false): Pixels {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 && !alpha ? 255 : value(i)));
  return { width, height, data, alpha };
}

describe("tenBit", () => {
  it("gives each value of 8 bits one of 10 that goes back to it", () => {
    const { data } = tenBit(picture(64, 1, (i) => i & 255, true));
    expect([...data].map((value) => Math.round((value * 255) / 1023))).toEqual(
      Array.from({ length: 256 }, (_, i) => i),
    );
    expect([data[0], data[255]]).toEqual([0, 1023]);
  });
});

describe("softChroma", () => {
  it.each([
    [1, 1],
    [2, 2],
    [1, 5],
    [5, 1],
    [7, 3],
    [16, 9],
  ])("%d x %d pixels of one colour stay", (width, height) => {
    const flat = picture(width, height, (i) => [200, 40, 90][i % 4] ?? 0);
    expect(softChroma(flat)).toEqual(tenBit(flat));
  });

  it.each([
    [9, 9],
    [16, 7],
    [3, 20],
  ])("%d x %d grey pixels stay, whatever they are", (width, height) => {
    const random = seeded(width * height);
    const values = Array.from({ length: width * height }, () => random.between(0, 255));
    const grey = picture(width, height, (i) => values[i >> 2] ?? 0);
    expect(softChroma(grey)).toEqual(tenBit(grey));
  });

  it("keeps luma within a step of 10 bits, and moves chroma towards the neighbours", () => {
    const random = seeded(7);
    const values = Array.from({ length: 32 * 24 * 4 }, () => random.between(80, 169));
    const noisy = picture(32, 24, (i) => values[i] ?? 0);
    const [plain, soft] = [tenBit(noisy).data, softChroma(noisy).data];
    let [before, after] = [0, 0];
    for (let at = 0; at < plain.length; at += 4) {
      expect(Math.abs(lumaAt(soft, at) - lumaAt(plain, at))).toBeLessThan(1.01);
      before += ((plain[at + 2] ?? 0) - lumaAt(plain, at)) ** 2;
      after += ((soft[at + 2] ?? 0) - lumaAt(soft, at)) ** 2;
    }
    expect(after).toBeLessThan(0.97 * before);
  });

  it("leaves a picture with transparent pixels as it is", () => {
    const random = seeded(3);
    const clear = picture(8, 8, () => random.between(0, 255), true);
    expect(softChroma(clear)).toEqual(tenBit(clear));
  });
});

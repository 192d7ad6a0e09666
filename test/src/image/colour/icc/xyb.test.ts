/** XYB JPEG: three components that only the embedded profile explains. Files as jpegli makes them, blue at half the size. */
import sharp from "sharp";
import { expect, test } from "vitest";
import { readProfile } from "../../../../../src/image/colour/icc/profile.ts";
import { toSrgb } from "../../../../../src/image/colour/srgb.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { decodedPixels, psnr } from "../../corpus.ts";
import { type SyntheticComponent, sequentialScript, writeJpeg } from "../../formats/jpeg/decoder/synthetic.ts";
import { orderOf } from "../../orders.ts";
import { xybOf, xybProfile } from "./xyb.ts";

const SIDE = 64;

/** Gradients of all hues, the darkest in the upper rows. */
function colourAt(x: number, y: number): readonly number[] {
  const light = (y + 1) / SIDE;
  const hue = (x / SIDE) * 2 * Math.PI;
  return [0, 2, 4].map((shift) => 255 * light * (0.55 + 0.45 * Math.cos(hue + shift)));
}
const rgba = Uint8Array.from({ length: 4 * SIDE * SIDE }, (_, i) => {
  const pixel = i >> 2;
  return i % 4 === 3 ? 255 : Math.round(colourAt(pixel % SIDE, Math.floor(pixel / SIDE))[i % 4] ?? 0);
});

/** Positions of a block's coefficients in zigzag order (ITU-T T.81 figure 5). */
const ZIGZAG = Array.from({ length: 64 }, (_, i) => ({ u: i % 8, v: i >> 3 }))
  .sort((a, b) => a.u + a.v - b.u - b.v || ((a.u + a.v) % 2 === 0 ? b.v - a.v : a.v - b.v))
  .map(({ u, v }) => ({ u, v }));
const cosine = Array.from({ length: 8 }, (_, u) =>
  Array.from({ length: 8 }, (_, x) => (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16)),
);

/** A component of samples around 0, its factors both `h`, quantised by 2. */
function component(h: number, sample: (x: number, y: number) => number): SyntheticComponent {
  const across = (SIDE * h) / 16;
  const coefficients = new Int16Array(across * across * 64);
  for (let block = 0; block < across * across; block++) {
    const [left, top] = [8 * (block % across), 8 * Math.floor(block / across)];
    ZIGZAG.forEach(({ u, v }, k) => {
      let sum = 0;
      for (let i = 0; i < 64; i++) {
        const [x, y] = [i & 7, i >> 3];
        sum += sample(left + x, top + y) * (cosine[u]?.[x] ?? 0) * (cosine[v]?.[y] ?? 0);
      }
      coefficients[64 * block + k] = Math.round(sum / 2);
    });
  }
  const sides = { across, down: across, ownAcross: across, ownDown: across };
  return { h, v: h, quantiser: new Uint16Array(64).fill(2), ...sides, coefficients };
}

/** With Adobe's segment, which says that nothing is transformed, and the profile. */
function xybJpeg(profile: Uint8Array): Uint8Array {
  const samples = Array.from({ length: SIDE * SIDE }, (_, i) => xybOf([...rgba.subarray(4 * i, 4 * i + 3)]));
  const at = (x: number, y: number, c: number) => (samples[y * SIDE + x]?.[c] ?? 0) - 128;
  const half = (x: number, y: number) =>
    (at(2 * x, 2 * y, 2) + at(2 * x + 1, 2 * y, 2) + at(2 * x, 2 * y + 1, 2) + at(2 * x + 1, 2 * y + 1, 2)) / 4;
  const components = [component(2, (x, y) => at(x, y, 0)), component(2, (x, y) => at(x, y, 1)), component(1, half)];
  const file = writeJpeg(
    { width: SIDE, height: SIDE, components },
    { script: sequentialScript(3, true), interval: 0, skewed: true, adobe: 0 },
  );
  const body = [...Buffer.from("ICC_PROFILE\0"), 1, 1, ...profile];
  const length = body.length + 2;
  return Uint8Array.from([...file.subarray(0, 2), 0xff, 0xe2, length >> 8, length & 255, ...body, ...file.subarray(2)]);
}

const file = xybJpeg(xybProfile());
const shown = async (width: number) => decodedPixels((await renderImage(orderOf(file, { width }, "png"))).bytes);

test("is read as three components with a profile", () => {
  expect(readHeader(file)).toMatchObject({ format: "jpeg", colour: "rgb", width: SIDE });
});

test("looks as the picture it was made of", async () => {
  // JPEG and the smaller blue cost some decibels.
  expect(psnr(rgba, await shown(SIDE))).toBeGreaterThan(34);
});

test("dark tones are not black: the profile reaches black itself", () => {
  const profile = readProfile(xybProfile());
  const convert = profile === null ? null : toSrgb(profile);
  const tones = [0, 4, 8, 12, 16, 24, 40, 80, 160, 255];
  const data = Uint8Array.from(tones.flatMap((tone) => [...xybOf([tone, tone, tone]).map(Math.round), 255]));
  convert?.(data);
  for (const [i, tone] of tones.entries()) {
    for (let c = 0; c < 3; c++) expect(Math.abs((data[4 * i + c] ?? 0) - tone)).toBeLessThanOrEqual(3);
  }
});

test("a reduced picture is converted once, at its size", async () => {
  const whole = await sharp(Buffer.from(await shown(SIDE)), { raw: { width: SIDE, height: SIDE, channels: 4 } })
    .resize(16, 16)
    .raw()
    .toBuffer();
  expect(psnr(whole, await shown(16))).toBeGreaterThan(30);
});

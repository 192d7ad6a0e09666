import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { jpegEngine } from "../../../../../../src/image/formats/jpeg/decoder/engine.ts";
import { readJpeg } from "../../../../../../src/image/formats/jpeg/decoder/markers.ts";
import type { JpegPicture } from "../../../../../../src/image/formats/jpeg/decoder/plan.ts";
import { UnsupportedJpeg } from "../../../../../../src/image/formats/jpeg/decoder/refusal.ts";
import { dctScale } from "../../../../../../src/image/formats/jpeg/decoder/scale.ts";
import { decodeJpeg } from "../../../../../../src/image/formats/jpeg/decoder/thumbnail.ts";
import jpeg from "../../../../../../src/image/formats/jpeg/wasm/decoder.wasm";
import type { View } from "../../../../../../src/image/picture.ts";
import { type Random, seeded } from "./random.ts";
import { progressiveScript, sequentialScript, syntheticPicture, writeJpeg } from "./synthetic.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const FILES = LONG ? 20_000 : 400;
const MAX_CPU_MS = 1000;
const MAX_MEMORY = 48 * 1024 * 1024;

const engine = jpegEngine(jpeg);

function wholeView(source: { readonly width: number; readonly height: number }, width: number, height: number): View {
  const whole = { left: 0, top: 0, width: source.width, height: source.height };
  return { window: whole, bounds: whole, width, height };
}

function thumbnail(bytes: Uint8Array, longest: number): JpegPicture {
  const header = readJpeg(bytes);
  const factor = Math.min(1, longest / Math.max(header.width, header.height));
  const width = Math.max(1, Math.round(header.width * factor));
  const height = Math.max(1, Math.round(header.height * factor));
  const crop = { x: 0, y: 0, width: header.width, height: header.height };
  return decodeJpeg(engine, bytes, header, {
    dctScale: dctScale(wholeView(header, width, height)),
    crop,
    width,
    height,
  });
}

async function goodFiles(random: Random): Promise<Uint8Array[]> {
  const width = 96;
  const height = 72;
  const pixels = new Uint8Array(width * height * 3).map(
    (_, i) => (Math.sin(i / 50) * 90 + 128 + random.next() * 40) | 0,
  );
  const source = () => sharp(pixels, { raw: { width, height, channels: 3 } });
  const cmyk = await source().toColourspace("cmyk").jpeg().toBuffer();
  const files: Uint8Array[] = [
    await source().jpeg({ quality: 90 }).toBuffer(),
    await source().jpeg({ quality: 90, progressive: true }).toBuffer(),
    await source().jpeg({ mozjpeg: true, chromaSubsampling: "4:4:4" }).toBuffer(),
    await source().greyscale().jpeg().toBuffer(),
    cmyk,
  ].map((buffer) => new Uint8Array(buffer));
  const colour = [
    [2, 2],
    [1, 1],
    [1, 1],
  ] as const;
  for (const interval of [0, 1, 4]) {
    for (const script of [sequentialScript(3, true), sequentialScript(3, false), progressiveScript(random, 3)]) {
      files.push(writeJpeg(syntheticPicture(random, 60, 44, colour), { script, interval, skewed: interval === 1 }));
    }
  }
  return files;
}

/** Offset of the first entropy-coded byte. */
function dataOf(bytes: Uint8Array): number {
  for (let i = 2; i + 1 < bytes.length; i++) if (bytes[i] === 0xff && bytes[i + 1] === 0xda) return i + 12;
  return 2;
}

const MUTATIONS: Record<string, (bytes: Uint8Array, random: Random) => Uint8Array> = {
  "bytes anywhere": (bytes, random) => {
    const copy = bytes.slice();
    for (let n = random.between(1, 12); n > 0; n--) copy[random.between(2, copy.length - 1)] = random.between(0, 255);
    return copy;
  },
  "bytes of the data": (bytes, random) => {
    const copy = bytes.slice();
    const from = dataOf(bytes);
    for (let n = random.between(1, 30); n > 0; n--)
      copy[random.between(from, copy.length - 1)] = random.between(0, 255);
    return copy;
  },
  "markers in the data": (bytes, random) => {
    const copy = bytes.slice();
    for (let n = random.between(1, 5); n > 0; n--) {
      copy.set([0xff, random.between(0xc0, 0xff)], random.between(dataOf(bytes), copy.length - 2));
    }
    return copy;
  },
  "cut short": (bytes, random) => bytes.slice(0, random.between(2, bytes.length - 1)),
  "a part left out": (bytes, random) => {
    const from = random.between(2, bytes.length - 2);
    const to = random.between(from, bytes.length);
    return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)]);
  },
  "a part twice": (bytes, random) => {
    const from = random.between(2, bytes.length - 2);
    const to = random.between(from, bytes.length);
    return Uint8Array.from([...bytes.subarray(0, to), ...bytes.subarray(from)]);
  },
  "dimensions and sampling": (bytes, random) => {
    const copy = bytes.slice();
    for (let i = 2; i + 18 < copy.length; i++) {
      if (copy[i] !== 0xff || ((copy[i + 1] ?? 0) & 0xf0) !== 0xc0 || copy[i + 1] === 0xc4) continue;
      for (let n = random.between(1, 4); n > 0; n--) copy[i + random.between(5, 17)] = random.between(0, 255);
      return copy;
    }
    return copy;
  },
};

describe("damaged files", { timeout: 600_000 }, () => {
  it(`${FILES} mutations: a picture or a refusal, in bounds, and a good file afterwards is as before`, async () => {
    const random = seeded(2026);
    const files = await goodFiles(random);
    const before = files.map((bytes) => thumbnail(bytes, 40).pixels);
    const counts = { pictures: 0, refusals: 0 };
    for (let i = 0; i < FILES; i++) {
      const at = random.between(0, files.length - 1);
      const name = random.pick(Object.keys(MUTATIONS));
      const good = files[at];
      const mutate = MUTATIONS[name];
      if (good === undefined || mutate === undefined) continue;
      const bytes = mutate(good, random);
      const started = process.cpuUsage();
      try {
        thumbnail(bytes, random.pick([16, 40, 640]));
        counts.pictures++;
      } catch (error) {
        if (!(error instanceof UnsupportedJpeg)) {
          throw new Error(`mutation ${i} (${name} of file ${at}): ${error}`, { cause: error });
        }
        counts.refusals++;
      }
      const { user, system } = process.cpuUsage(started);
      expect((user + system) / 1000, `CPU of mutation ${i} (${name} of file ${at})`).toBeLessThan(MAX_CPU_MS);
      if (i % 97 === 0) expect(thumbnail(good, 40).pixels).toEqual(before[at]);
    }
    expect(files.map((bytes) => thumbnail(bytes, 40).pixels)).toEqual(before);
    expect(engine.memoryBytes()).toBeLessThanOrEqual(MAX_MEMORY);
    // Most damaged files still show something.
    expect(counts.pictures).toBeGreaterThan(FILES / 2);
  });

  it("shows the part that a file has that ends early, and marks it truncated", async () => {
    const pixels = new Uint8Array(128 * 128 * 3).fill(220);
    const bytes = new Uint8Array(
      await sharp(pixels, { raw: { width: 128, height: 128, channels: 3 } })
        .jpeg()
        .toBuffer(),
    );
    const data = dataOf(bytes);
    const half = bytes.slice(0, data + ((bytes.length - data) >> 1));
    const { pixels: shown, truncated } = thumbnail(half, 128);
    expect(truncated).toBe(true);
    expect(shown[0]).toBeGreaterThan(210);
    expect(shown[127 * 128 * 4]).toBe(128);
    expect(thumbnail(bytes, 128).truncated).toBe(false);
  });

  it("finds its way again at the next restart marker", () => {
    const random = seeded(5);
    const picture = syntheticPicture(random, 320, 160, [[1, 1]]);
    const bytes = writeJpeg(picture, { script: sequentialScript(1, true), interval: 40, skewed: false });
    const whole = thumbnail(bytes, 320).pixels;
    const damaged = bytes.slice();
    // Row of blocks 5 of 20: between the fifth and the sixth restart marker.
    const markers = [...damaged.keys()].filter((i) => damaged[i] === 0xff && ((damaged[i + 1] ?? 0) & 0xf8) === 0xd0);
    damaged.fill(0x55, (markers[4] ?? 0) + 20, (markers[5] ?? 0) - 20);
    const shown = thumbnail(damaged, 320).pixels;
    const rowBytes = 320 * 4;
    expect(shown.subarray(0, 40 * rowBytes)).toEqual(whole.subarray(0, 40 * rowBytes));
    expect(shown.subarray(48 * rowBytes)).toEqual(whole.subarray(48 * rowBytes));
    expect(shown.subarray(40 * rowBytes, 48 * rowBytes)).not.toEqual(whole.subarray(40 * rowBytes, 48 * rowBytes));
    // When an interval is lost, the others keep their places.
    const lost = Uint8Array.from([...bytes.subarray(0, markers[4]), ...bytes.subarray(markers[5])]);
    const without = thumbnail(lost, 320);
    expect(without.truncated).toBe(true);
    expect(without.pixels.subarray(48 * rowBytes)).toEqual(whole.subarray(48 * rowBytes));
  });
});

import { constants, deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../../../src/errors.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";
import { chunk, makePng, random, type Spec } from "./pngFile.ts";

/** Renders at full size, so that the resampler copies every pixel. */
async function ours(png: Buffer) {
  const { bytes, truncated, width, height } = await renderImage(orderOf(png, {}, "png"));
  return { data: await sharp(bytes).ensureAlpha().raw().toBuffer(), truncated, width, height };
}

/** sharp's 8-bit reading; 16-bit samples are cut to their upper byte there too. */
async function theirs(png: Buffer): Promise<Buffer> {
  return sharp(png).toColourspace("srgb").ensureAlpha().raw({ depth: "uchar" }).toBuffer();
}

function largest(a: Buffer, b: Buffer): number {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
  return worst;
}

test("pieces of image data are found one by one: 300 000 empty ones are passed over and not kept", async () => {
  const png = makePng({ width: 33, height: 23, type: 2, depth: 8, filter: (y) => y % 5, piece: 50 });
  const first = png.indexOf("IDAT") - 4;
  const second = first + 12 + png.readUInt32BE(first);
  const empty = Buffer.concat(Array.from({ length: 300_000 }, () => chunk("IDAT", new Uint8Array())));
  const file = Buffer.concat([png.subarray(0, second), empty, png.subarray(second)]);
  expect(largest((await ours(file)).data, await theirs(png))).toBe(0);
  const { png: chunks } = readHeader(new Uint8Array(file));
  expect(chunks).toEqual({ dataAt: first, palette: null, transparency: null, colourType: 2 });
});

describe("every colour type, depth and filter, against libpng", () => {
  const kinds = [
    [0, 1],
    [0, 2],
    [0, 4],
    [0, 8],
    [0, 16],
    [2, 8],
    [2, 16],
    [3, 1],
    [3, 2],
    [3, 4],
    [3, 8],
    [4, 8],
    [4, 16],
    [6, 8],
    [6, 16],
  ] as const;
  for (const [type, depth] of kinds) {
    test(`type ${type}, ${depth} bits: all five filters`, async () => {
      for (const width of [1, 3, 33, 130]) {
        const png = makePng({ width, height: 23, type, depth, filter: (y) => y % 5 });
        expect(largest((await ours(png)).data, await theirs(png))).toBe(0);
      }
    });
  }

  test.each([0, 1, 2, 3, 4])("filter %i in every row", async (filter) => {
    for (const type of [0, 2, 4, 6]) {
      const png = makePng({ width: 57, height: 40, type, depth: 8, filter: () => filter });
      expect(largest((await ours(png)).data, await theirs(png))).toBe(0);
    }
  });

  test.each([
    ["grey", 0, 8, Buffer.from([0, 60])],
    ["RGB", 2, 8, Buffer.from([0, 10, 0, 20, 0, 30])],
    ["palette", 3, 8, Buffer.from([0, 128, 255])],
  ] as const)("transparency of %s", async (_, type, depth, body) => {
    const png = makePng({ width: 40, height: 20, type, depth, filter: () => 0, extra: [chunk("tRNS", body)] });
    const [a, b] = [(await ours(png)).data, await theirs(png)];
    // Transparent pixels have no colour to compare.
    for (let i = 0; i < a.length; i += 4) {
      if (b[i + 3] !== 0) continue;
      a.fill(0, i, i + 3);
      b.fill(0, i, i + 3);
    }
    expect(largest(a, b)).toBeLessThanOrEqual(2);
  });
});

describe("every form of DEFLATE", () => {
  const strategies = {
    "stored blocks": { level: 0 },
    "fixed codes": { strategy: constants.Z_FIXED },
    "codes without matches": { strategy: constants.Z_HUFFMAN_ONLY },
    "runs only": { strategy: constants.Z_RLE },
    "level 1": { level: 1 },
    "level 9": { level: 9 },
  } satisfies Record<string, object>;
  for (const [name, deflate] of Object.entries(strategies)) {
    test(`${name}, in pieces of every size`, async () => {
      for (const piece of [1, 7, 1000, 1 << 20]) {
        const small = piece < 100;
        const png = makePng({
          width: small ? 40 : 500,
          height: small ? 30 : 200,
          type: 2,
          depth: 8,
          filter: (y) => y % 5,
          deflate,
          piece,
        });
        expect(largest((await ours(png)).data, await theirs(png))).toBe(0);
      }
    });
  }

  test("long matches of every distance", async () => {
    // Rows that repeat with periods from 1 to 300 bytes give matches that overlap themselves.
    for (const period of [1, 2, 3, 5, 8, 15, 16, 17, 100, 300]) {
      const width = 700;
      const rows = Buffer.from(
        Uint8Array.from({ length: 60 * (width + 1) }, (_, i) =>
          i % (width + 1) === 0 ? 0 : ((i % period) * 71) & 255,
        ),
      );
      const header = Buffer.alloc(13);
      header.writeUInt32BE(width);
      header.writeUInt32BE(60, 4);
      header.set([8, 0], 8);
      const png = Buffer.concat([
        Buffer.from("89504e470d0a1a0a", "hex"),
        chunk("IHDR", header),
        chunk("IDAT", deflateSync(rows, { level: 9 })),
        chunk("IEND", new Uint8Array()),
      ]);
      expect(largest((await ours(png)).data, await theirs(png))).toBe(0);
    }
  });
});

describe("damage", () => {
  const spec: Spec = { width: 120, height: 90, type: 2, depth: 8, filter: (y) => y % 5 };

  test("cut in the middle: the rows that are there, grey below", async () => {
    const png = makePng(spec);
    const whole = await ours(png);
    const cut = await ours(png.subarray(0, Math.floor(png.length * 0.6)));
    expect([whole.truncated, cut.truncated]).toEqual([false, true]);
    const rows = 120 * 4 * 40;
    expect(cut.data.subarray(0, rows).equals(whole.data.subarray(0, rows))).toBe(true);
    expect([...cut.data.subarray(-4)]).toEqual([128, 128, 128, 255]);
  });

  test("wrong checksums and unknown chunks change nothing", async () => {
    const png = makePng({ ...spec, extra: [chunk("tEXt", Buffer.from("a\0b")), chunk("zzZz", Buffer.alloc(5))] });
    const wrong = Buffer.from(png);
    wrong[29] = (wrong[29] ?? 0) ^ 255;
    expect((await ours(wrong)).data.equals((await ours(png)).data)).toBe(true);
  });

  const mutations = process.env.FIRSTLIGHT_LONG === "1" ? 5000 : 400;
  test(`${mutations} mutations: a picture or a Failure, and a good file after them as before`, async () => {
    const next = random(99);
    const good = makePng(spec);
    const before = (await ours(good)).data;
    for (let i = 0; i < mutations; i++) {
      const kinds = [0, 2, 3, 6] as const;
      const bad = makePng({ ...spec, width: 40, height: 30, type: kinds[i % 4] ?? 2, depth: 8 }, i);
      const from = i % 3 === 0 ? 8 : 41;
      for (let n = 0; n < 1 + next() * 4; n++) bad[from + Math.floor(next() * (bad.length - from))] = next() * 256;
      try {
        await renderImage(orderOf(bad, { width: 20, height: 20 }, "webp"));
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }
    expect((await ours(good)).data.equals(before)).toBe(true);
  }, 300_000);
});

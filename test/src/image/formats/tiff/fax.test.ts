/** Fax codings: as the rows that were coded, and as libtiff reads them. */
import { describe, expect, test } from "vitest";
import { seeded } from "../jpeg/decoder/random.ts";
import { faxData } from "./faxData.ts";
import { largestDifference, pictureOf, sharpPixels } from "./pictureOf.ts";
import { type TiffOf, tiffFile } from "./tiffFile.ts";

const PICTURES = {
  "random runs": (width: number, height: number) => {
    const random = seeded(5);
    return Array.from({ length: height }, (_, y) => {
      const row: number[] = [];
      for (let colour = y % 3 === 0 ? 1 : 0; row.length < width; colour = 1 - colour) {
        for (let n = random.pick([1, 2, 3, 9, 70, 700, random.between(1, 3_000)]); n > 0; n--) row.push(colour);
      }
      return row.slice(0, width);
    });
  },
  "rows like the row above": (width: number, height: number) => {
    const random = seeded(6);
    let row = Array.from({ length: width }, (_, x) => (x >> 4) & 1);
    return Array.from({ length: height }, () => {
      row = row.map((bit, x) => (random.next() < 0.02 ? (row[x - 1] ?? bit) : bit));
      if (random.next() < 0.1) row = row.map(() => 0);
      return row;
    });
  },
  "each run of each colour once": (width: number) => {
    const rows: number[][] = [];
    for (let run = 0; run < 64; run++) rows.push(runs(width, run, 65));
    for (let run = 64; run <= 2_560; run += 64) rows.push(runs(width, run, run));
    return rows;
  },
  white: (width: number, height: number) =>
    Array.from({ length: height }, () => Array.from({ length: width }, () => 0)),
  black: (width: number, height: number) =>
    Array.from({ length: height }, () => Array.from({ length: width }, () => 1)),
  "a checkerboard": (width: number, height: number) =>
    Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => (x + y) & 1)),
} as const satisfies Record<string, (width: number, height: number) => number[][]>;

/** A row that begins with these runs. */
function runs(width: number, white: number, black: number): number[] {
  return Array.from({ length: width }, (_, x) => (x >= white && x < white + black ? 1 : 0));
}

const CODINGS: readonly (readonly [string, Partial<TiffOf>])[] = [
  ["T.6", { compression: 4 }],
  ["T.4", { compression: 3, faxOptions: 0 }],
  ["T.4 with EOLs at bytes", { compression: 3, faxOptions: 4 }],
  ["T.4 in two dimensions", { compression: 3, faxOptions: 1 }],
  ["T.4 in two dimensions, EOLs at bytes", { compression: 3, faxOptions: 5 }],
  ["runs", { compression: 2 }],
  ["runs at words", { compression: 32_771 }],
];
const LAYOUTS: readonly (readonly [string, Partial<TiffOf>])[] = [
  ["one strip", {}],
  ["strips", { rowsPerStrip: 7 }],
  ["bits reversed", { reverse: true }],
  ["black is 0", { photometric: 1 }],
];

describe.each(CODINGS)("%s", (_, how) => {
  test.each(Object.entries(PICTURES))("%s", async (_, draw) => {
    for (const [width, height] of [
      [2_700, 20],
      [133, 31],
      [8, 8],
      [1, 3],
    ] as const) {
      const rows = draw(width, height);
      // Wide pictures are there for long runs.
      for (const [layout, more] of width > 1_000 ? LAYOUTS.slice(0, 1) : LAYOUTS) {
        const picture = { width, height: rows.length, bits: 1, samples: 1, photometric: 0, sample: at(rows) };
        const bytes = tiffFile({ ...picture, ...how, ...more });
        const { pixels, truncated } = await pictureOf(bytes);
        const inverted = more.photometric === 1 ? 0 : 255;
        const wanted = new Uint8Array(4 * width * rows.length).map((_, i) => {
          const bit = rows[Math.floor(i / 4 / width)]?.[(i >> 2) % width] ?? 0;
          return (i & 3) === 3 ? 255 : (bit * 255) ^ inverted;
        });
        const label = `${width} wide, ${layout}`;
        expect(truncated, label).toBe(false);
        expect(largestDifference(pixels.data, wanted), label).toBe(0);
        if (libtiffReads(how.compression, width)) {
          expect(largestDifference(pixels.data, await sharpPixels(bytes)), `${label}: sharp`).toBe(0);
        }
      }
    }
  });
});

/** libtiff loses its place in runs that are aligned to words, and in strips of some bytes. */
function libtiffReads(compression: number | undefined, width: number): boolean {
  return compression !== 32_771 && (compression !== 2 || width > 8);
}

function at(rows: readonly (readonly number[])[]): TiffOf["sample"] {
  return (x, y) => rows[y]?.[x] ?? 0;
}

describe("damage", () => {
  const rows = PICTURES["random runs"](200, 60);
  const picture = { width: 200, height: 60, bits: 1, samples: 1, photometric: 0, sample: at(rows) };

  /** Overwrites four bytes at a third of the data. */
  const spoil = (data: Uint8Array, byte: number) => {
    const at = Math.floor(data.length / 3);
    return data.map((old, i) => (i >= at && i < at + 4 ? byte : old));
  };

  test.each([
    [0, 0x55],
    [0, 0xff],
    [1, 0x55],
    [1, 0xff],
  ])("T.4 (options %i), bytes %i: a damaged row is white from there on, others are whole", async (faxOptions, byte) => {
    const data = faxData(rows, 3, faxOptions);
    const fax = { ...picture, compression: 3, faxOptions };
    const good = (await pictureOf(tiffFile({ ...fax, segments: [data] }))).pixels.data;
    const { pixels, truncated } = await pictureOf(tiffFile({ ...fax, segments: [spoil(data, byte)] }));
    expect(truncated).toBe(true);
    const rowOf = (data: Uint8Array, y: number) => data.subarray(4 * 200 * y, 4 * 200 * (y + 1));
    // Where an EOL is lost, the rows behind it move up.
    const differing = rows.filter((_, y) =>
      [y, y + 1].every((other) => largestDifference(rowOf(pixels.data, y), rowOf(good, other)) > 0),
    );
    expect(differing.length).toBeGreaterThan(0);
    expect(differing.length).toBeLessThan(6);
  });

  test("T.6: what comes before the damage is shown, the rest is grey", async () => {
    const data = faxData(rows, 4, 0);
    const good = (await pictureOf(tiffFile({ ...picture, compression: 4, segments: [data] }))).pixels.data;
    const damaged = tiffFile({ ...picture, compression: 4, segments: [spoil(data, 0)] });
    const { pixels, truncated } = await pictureOf(damaged);
    expect(truncated).toBe(true);
    const tenth = pixels.data.length / 10;
    expect(largestDifference(pixels.data.subarray(0, tenth), good.subarray(0, tenth))).toBe(0);
    expect([...pixels.data.subarray(-4)]).toEqual([128, 128, 128, 255]);
  });

  test("uncompressed mode is refused by its name", async () => {
    const bytes = tiffFile({ ...picture, compression: 3, faxOptions: 2 });
    await expect(pictureOf(bytes)).rejects.toMatchObject({
      reason: "format_unsupported",
      facts: { value: "TIFF with fax coding without compression" },
    });
  });
});

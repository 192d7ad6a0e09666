/** The LZW reader by itself: what each code may be, and that it always ends. */
import { describe, expect, test } from "vitest";
import { LzwReader } from "../../../../../src/image/formats/gif/lzw.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { type Code, codeData, lzwData, subBlocks } from "./gifFile.ts";

const CLEAR = 4;
const END = 5;
/** The first code of two root bits that the table does not hold at the start. */
const FREE = 6;

function reader(data: readonly number[]): LzwReader {
  return new LzwReader(Uint8Array.from(data), 0);
}

/** All indices up to `most`, taken `count` at a time. */
function read(lzw: LzwReader, most = 1_000_000, count = 1_000): number[] {
  const all: number[] = [];
  while (all.length < most) {
    const came = lzw.take(Math.min(count, most - all.length));
    if (came === 0) break;
    all.push(...lzw.window.subarray(lzw.from, lzw.from + came));
  }
  return all;
}

/** Codes in the bits they have: the first three after a clear code 3, the next ones 4. */
function sized(codes: readonly number[]): Code[] {
  let since = 0;
  return codes.map((code) => {
    const bits = since++ < 3 ? 3 : 4;
    if (code === CLEAR) since = 0;
    return [code, bits];
  });
}

describe("codes", () => {
  test.each<[string, readonly number[], readonly number[]]>([
    ["roots", [CLEAR, 1, 2, END], [1, 2]],
    ["no clear code at the start", [1, 2, END], [1, 2]],
    ["a code of the table", [CLEAR, 1, 2, FREE, END], [1, 2, 1, 2]],
    ["the code that is made just now", [CLEAR, 1, FREE, 0, END], [1, 1, 1, 0]],
    ["one beyond that ends the frame", [CLEAR, 1, FREE + 1, 2], [1]],
    ["far beyond that too", [1, 2, 3, 15, 2], [1, 2, 3]],
    ["a free code as the first one", [CLEAR, FREE, 2], []],
    ["a free code as the first one without a clear code", [FREE, 2], []],
    ["a free code right after a clear code", [1, 2, CLEAR, FREE, 2], [1, 2]],
    ["a code from before a clear code", [1, 2, 3, CLEAR, 0, 7, 1], [1, 2, 3, 0]],
    ["clear codes in a row", [CLEAR, CLEAR, 1, CLEAR, CLEAR, 2, END], [1, 2]],
    ["nothing after the end code", [CLEAR, 1, END, 2, 3], [1]],
    ["the end code as the first one", [END, 2], []],
    ["no end code", [CLEAR, 1, 2, 3, 0], [1, 2, 3, 0]],
  ])("%s", (_, list, wanted) => expect(read(reader(codeData(2, sized(list))))).toEqual(wanted));

  test("only clear codes: no index, and work for each code once", () => {
    const lzw = reader(
      codeData(
        2,
        Array.from({ length: 10_000 }, () => [CLEAR, 3] as const),
      ),
    );
    expect([read(lzw), lzw.work]).toEqual([[], 10_000]);
  });
});

describe("data", () => {
  const indices = Array.from({ length: 500 }, (_, i) => (i * i) % 4);
  const packed = lzwData(indices, 2);

  test.each([1, 2, 7, 254, 255])("sub-blocks of %i bytes", (size) => {
    const bytes = lzwData(indices, 2).slice(1);
    const joined: number[] = [];
    for (let at = 0; bytes[at] !== 0; at += 1 + (bytes[at] ?? 0))
      joined.push(...bytes.slice(at + 1, at + 1 + (bytes[at] ?? 0)));
    expect(read(reader(subBlocks(2, joined, size)))).toEqual(indices);
  });

  test("cut anywhere: a start of the indices, and never more", () => {
    for (let length = 1; length < packed.length; length++) {
      const some = read(reader(packed.slice(0, length)));
      expect(some).toEqual(indices.slice(0, some.length));
    }
    expect(read(reader(packed.slice(0, -1)))).toEqual(indices);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])("minimum code size %i", (minBits) => {
    const colours = Math.min(256, 2 ** minBits);
    const random = seeded(minBits);
    const values = Array.from({ length: 20_000 }, () => random.between(0, colours - 1));
    expect(read(reader(lzwData(values, minBits)))).toEqual(values);
  });

  test.each([0, 12, 13, 31, 32, 255])("minimum code size %i is refused", (minBits) => {
    expect(() => reader([minBits, ...packed.slice(1)])).toThrow(
      expect.objectContaining({
        reason: "image_damaged",
        facts: { why: `LZW code size ${minBits}, 1 to 11 are possible` },
      }),
    );
  });

  test("a root above 255 keeps its low 8 bits", () => {
    expect(
      read(
        reader(
          codeData(9, [
            [512, 10],
            [256 + 7, 10],
            [513, 10],
          ]),
        ),
      ),
    ).toEqual([7]);
  });

  test("nothing after the minimum code size, or not even that", () => {
    expect(read(reader([2]))).toEqual([]);
    expect(read(reader([2, 0]))).toEqual([]);
    expect(() => reader([])).toThrow(expect.objectContaining({ reason: "image_damaged" }));
  });

  test.each(["clear", "keep"] as const)("a full table: %s", (full) => {
    const random = seeded(5);
    const values = Array.from({ length: 60_000 }, (_, i) => (i < 30_000 ? random.between(0, 255) : (i >> 6) & 3));
    for (const clear of [true, false]) expect(read(reader(lzwData(values, 8, { full, clear })))).toEqual(values);
  });

  test("the longest string of all fits the window", () => {
    // Each code is the one that is made just now, so strings grow to 4091 indices.
    const list: Code[] = [
      [CLEAR, 3],
      [1, 3],
    ];
    for (let next = FREE; next < 4096; next++) list.push([next, Math.min(12, 32 - Math.clz32(next))]);
    list.push([4095, 12], [4095, 12], [END, 12]);
    const total = (4091 * 4092) / 2 + 2 * 4091;
    for (const count of [1, 4_096, 12_287, 12_288, 100_000]) {
      const lzw = reader(codeData(2, list));
      let came = 0;
      for (let taken = -1; taken !== 0; came += taken) {
        taken = lzw.take(count);
        expect(lzw.window.subarray(lzw.from, lzw.from + taken).every((index) => index === 1)).toBe(true);
        if (count === 1 && came > 20_000) break;
      }
      if (count > 1) expect(came).toBe(total);
    }
  });
});

describe("take and skip", () => {
  const random = seeded(9);
  const values = Array.from({ length: 100_000 }, (_, i) => (i % 1_000 < 600 ? 3 : random.between(0, 3)));
  const packed = lzwData(values, 2);

  test("in any turn they give the same indices", () => {
    for (let round = 0; round < 40; round++) {
      const lzw = reader(packed);
      let at = 0;
      while (at < values.length) {
        const count = random.between(0, random.pick([3, 300, 30_000]));
        if (random.next() < 0.5) lzw.skip(count);
        else {
          const some = read(lzw, count, random.between(1, 9_000));
          expect(some).toEqual(values.slice(at, at + count));
        }
        at += count;
      }
      expect(lzw.take(10)).toBe(0);
    }
  });

  test("what is skipped is not written", () => {
    const lzw = reader(packed);
    lzw.skip(values.length - 1);
    expect(lzw.work).toBeLessThan(4 * packed.length + 4_096);
    expect(read(lzw)).toEqual(values.slice(-1));
  });

  test("to skip past the end is no error", () => {
    const lzw = reader(packed);
    lzw.skip(2 ** 40);
    expect([lzw.take(1), lzw.take(1)]).toEqual([0, 0]);
  });
});

/** A part is read by ranges: every chunk gives the rows that were written, whatever their lengths. */
import { describe, expect, test } from "vitest";
import { addressOf, type ManifestRow, readRow, rowText } from "../../../src/catalogue/manifestRow.ts";
import { openPart, PART, partBytes, partKey, rangeOf, rowsOf } from "../../../src/catalogue/part.ts";
import { seeded } from "../../support/seeded.ts";

const row = (i: number, tail = ""): ManifestRow => ({ id: `p${i}`, url: `https://a.test/${i}${tail}` });

function chunk(bytes: Uint8Array, from: number, to: number) {
  const part = openPart(bytes.subarray(0, PART.headerBytes));
  const { offset, length } = rangeOf(part, from, to);
  return rowsOf(bytes.subarray(offset, offset + length), from, to);
}

describe("part", () => {
  test("every range gives its rows", () => {
    const random = seeded(16);
    const rows = Array.from({ length: 237 }, (_, i) => row(i, "ü".repeat(Math.floor(random() * 40))));
    const bytes = partBytes("a.test", rows);
    for (let i = 0; i < 200; i++) {
      const from = Math.floor(random() * rows.length);
      const to = Math.min(rows.length, from + 1 + Math.floor(random() * PART.chunkRows));
      expect(chunk(bytes, from, to)).toEqual(rows.slice(from, to));
    }
  });

  test("a full part's header fits into its bytes", () => {
    const rows = Array.from({ length: PART.rows }, (_, i) => row(i, "x".repeat(350)));
    expect(openPart(partBytes("a".repeat(253), rows)).headerBytes).toBeLessThanOrEqual(PART.headerBytes);
  });

  test("one row more than a part takes is refused", () => {
    const rows = Array.from({ length: PART.rows + 1 }, (_, i) => row(i));
    expect(() => partBytes("a.test", rows)).toThrow("10001 rows");
    expect(partBytes("a.test", rows.slice(1)).length).toBeGreaterThan(0);
  });

  test("a range that was cut is refused", () => {
    const bytes = partBytes("a.test", [row(0), row(1)]);
    const { offset, length } = rangeOf(openPart(bytes), 0, 2);
    expect(() => rowsOf(bytes.subarray(offset, offset + length - 30), 0, 2)).toThrow();
  });

  test("keys sort as their numbers do", () => {
    expect(partKey("r", "0123456789abcdef", 12)).toBe("catalogue/r/parts/0123456789abcdef/000012.jsonl");
  });
});

describe("row", () => {
  test("reads as written; unknown columns are dropped", () => {
    const full = { ...row(1), views: 3, tags: ["a"], labels: [{ name: "cat", accuracy: 0.9 }] };
    expect(readRow(rowText(full))).toEqual(full);
    expect(readRow(JSON.stringify({ ...row(1), other: 1 }))).toEqual(row(1));
  });

  test.each([
    ["no JSON", "{", "no JSON"],
    ["no id", '{"url":"https://a.test/"}', "id is absent"],
    ["an empty id", '{"id":"","url":"https://a.test/"}', 'id is ""'],
    ["views as text", '{"id":"1","url":"https://a.test/","views":"3"}', 'views is "3"'],
    ["a null column", '{"id":"1","url":"https://a.test/","license":null}', "license is null"],
  ])("%s is refused", (_, line, why) => {
    expect(() => readRow(line)).toThrow(why);
  });

  test.each([
    ["https://A.test:443/x", "a.test"],
    ["http://a.test:8080/x", "a.test:8080"],
    ["ftp://a.test/x", null],
    ["a.test/x", null],
  ])("the host of %s is %s", (url, host) => {
    expect(addressOf({ url })?.host ?? null).toBe(host);
  });
});

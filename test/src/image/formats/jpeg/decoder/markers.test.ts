/** What reading the markers of a file costs: fill bytes and segments are counted, and both have a limit. */
import { describe, expect, test } from "vitest";
import { MAX_FILL_BYTES, MAX_SEGMENTS, readJpeg } from "../../../../../../src/image/formats/jpeg/decoder/markers.ts";
import { readHeader } from "../../../../../../src/image/readHeader.ts";

const SOI = [0xff, 0xd8];
const FRAME = [0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0];
const PROGRESSIVE = FRAME.with(1, 0xc2);
const SCAN = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
const EMPTY_SEGMENT = [0xff, 0xe5, 0, 2];

/** A file with `count` repeats of `piece` between its first marker and its frame, or after its first scan. */
function file(piece: readonly number[], count: number, where: "header" | "scan" = "header"): Uint8Array {
  const before = where === "header" ? SOI : [...SOI, ...PROGRESSIVE, ...SCAN];
  const after = where === "header" ? [...FRAME, ...SCAN] : SCAN;
  const bytes = new Uint8Array(before.length + piece.length * count + after.length);
  bytes.set(before);
  for (let i = 0, at = before.length; i < count; i++, at += piece.length) bytes.set(piece, at);
  bytes.set(after, bytes.length - after.length);
  return bytes;
}

/** The frame and the scan are segments too. */
const OTHERS = 2;

describe("limits", () => {
  test.each([
    ["fill bytes", [0xff], MAX_FILL_BYTES, true],
    ["fill bytes", [0xff], MAX_FILL_BYTES + 1, false],
    ["repeated SOI", SOI, MAX_FILL_BYTES, true],
    ["repeated SOI", SOI, MAX_FILL_BYTES + 1, false],
    ["empty segments", EMPTY_SEGMENT, MAX_SEGMENTS - OTHERS, true],
    ["empty segments", EMPTY_SEGMENT, MAX_SEGMENTS - OTHERS + 1, false],
    ["segments of no length", [0xff, 0xe5, 0, 0], MAX_SEGMENTS - OTHERS + 1, false],
    ["comments with a fill byte each", [0xff, 0xff, 0xfe, 0, 2], MAX_SEGMENTS - OTHERS + 1, false],
  ] as const)("%s %o, %i of them: read is %s", (_, piece, count, isRead) => {
    const bytes = file(piece, count);
    if (isRead) expect(readJpeg(bytes).width).toBe(16);
    else expect(() => readHeader(bytes)).toThrow(expect.objectContaining({ reason: "source_too_complex" }));
  });

  test("the message says the limit", () => {
    expect(() => readHeader(file([0xff], MAX_FILL_BYTES + 1))).toThrow(
      expect.objectContaining({ facts: { why: `more than ${MAX_FILL_BYTES} fill bytes` } }),
    );
  });
});

describe("32 MB that are no picture take little time", () => {
  test.each([
    ["fill bytes", [0xff], "header"],
    ["empty segments", EMPTY_SEGMENT, "header"],
    ["repeated SOI", [0xff, 0xd8], "header"],
    ["stuffed zeros in a scan", [0xff, 0x00], "scan"],
    ["stuffed zeros between other bytes", [0xff, 0x00, 0x41], "scan"],
    ["restart markers", [0xff, 0xd0], "scan"],
    ["reserved markers", [0xff, 0x9f], "header"],
    ["reserved markers", [0xff, 0x9f], "scan"],
    ["scans", SCAN, "scan"],
    ["tables", [0xff, 0xc4, 0, 19, ...new Array<number>(17).fill(0)], "scan"],
  ] as const)("%s", (_, piece, where) => {
    const bytes = file(piece, Math.floor(32_000_000 / piece.length), where);
    const before = process.threadCpuUsage();
    try {
      readHeader(bytes);
    } catch (error) {
      expect(error).toMatchObject({ reason: "source_too_complex" });
    }
    const { user, system } = process.threadCpuUsage(before);
    // In microseconds. It is 10 to 300 ms of CPU; without the limits it was 3 s.
    expect(user + system).toBeLessThan(1_000_000);
  });
});

import { describe, expect, test } from "vitest";
import {
  encodeFrame,
  encodeSettings,
  FLAG,
  FRAME,
  FrameReader,
  readSettings,
  readUint32,
  uint32,
} from "../../../../warmer/push/h2/frames.ts";

describe("written", () => {
  test("length, type, flags and stream come before the payload", () => {
    const frame = encodeFrame(FRAME.data, FLAG.endStream, 0x7fffffff, "abc");
    expect(Buffer.from(frame, "latin1").toString("hex")).toBe("000003" + "00" + "01" + "7fffffff" + "616263");
    expect(encodeFrame(FRAME.headers, 0, 1, "x".repeat(0x1234)).slice(0, 3)).toBe("\0\x12\x34");
  });
  test("SETTINGS", () => {
    const frame = encodeSettings([
      [1, 0],
      [4, 2 ** 31 - 1],
    ]);
    expect(Buffer.from(frame, "latin1").toString("hex")).toBe("00000c0400000000000001000000000004" + "7fffffff");
    expect(readSettings(frame.slice(9))).toEqual([
      [1, 0],
      [4, 2 ** 31 - 1],
    ]);
    expect(readSettings("12345")).toBeUndefined();
  });
  test.each([0, 1, 255, 256, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])("%d in four bytes", (value) => {
    expect(readUint32(uint32(value), 0)).toBe(value);
  });
  test("reading past the end gives NaN", () => {
    expect(readUint32("abc", 0)).toBeNaN();
  });
});

describe("read", () => {
  const text =
    encodeFrame(FRAME.ping, 0, 0, "12345678") +
    encodeFrame(FRAME.data, 1, 5, "") +
    encodeFrame(FRAME.data, 0, 3, "abc");

  test.each([1, 2, 8, 9, 10, 17, 1000])("in chunks of %d bytes", (size) => {
    const reader = new FrameReader();
    const seen: string[] = [];
    for (let at = 0; at < text.length; at += size) {
      reader.feed(text.slice(at, at + size));
      while (reader.next() === "frame") seen.push(`${reader.type} ${reader.flags} ${reader.stream} ${reader.payload}`);
    }
    expect(seen).toEqual(["6 0 0 12345678", "0 1 5 ", "0 0 3 abc"]);
  });
  test("ignores the reserved bit of the stream", () => {
    const reader = new FrameReader();
    reader.feed("\0\0\0\0\0\x80\0\0\x07");
    expect([reader.next(), reader.stream]).toEqual(["frame", 7]);
  });
  test("accepts a frame of 16 384 bytes and rejects one byte more", () => {
    const [fits, not] = [new FrameReader(), new FrameReader()];
    fits.feed(encodeFrame(FRAME.data, 0, 1, "x".repeat(16_384)));
    not.feed(encodeFrame(FRAME.data, 0, 1, "x".repeat(16_385)));
    expect([fits.next(), not.next()]).toEqual(["frame", "malformed"]);
  });
  test.each([
    ["without padding", FRAME.data, 0, "abc", "abc"],
    ["padded", FRAME.data, FLAG.padded, "\x02abc..", "abc"],
    ["only padding", FRAME.data, FLAG.padded, "\x02..", ""],
    ["more padding than bytes", FRAME.data, FLAG.padded, "\x03..", undefined],
    ["padded and empty", FRAME.data, FLAG.padded, "", undefined],
    ["priority", FRAME.headers, FLAG.priority, "12345abc", "abc"],
    ["priority and padding", FRAME.headers, FLAG.priority | FLAG.padded, "\x0112345abc.", "abc"],
    ["too short for a priority", FRAME.headers, FLAG.priority, "1234", undefined],
    ["DATA has no priority", FRAME.data, FLAG.priority, "12345", "12345"],
  ])("content: %s", (_, type, flags, payload, content) => {
    const reader = new FrameReader();
    // Another frame follows. It must not be read as part of this one.
    reader.feed(encodeFrame(type, flags, 1, payload) + encodeFrame(FRAME.ping, 0, 0, "12345678"));
    reader.next();
    expect(reader.content).toBe(content);
  });
});

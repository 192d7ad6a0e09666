/** The block structure: which frames a file has, and what is passed over. */
import { describe, expect, test } from "vitest";
import { type GifFrame, readScreen, walkBlocks } from "../../../../../src/image/formats/gif/blocks.ts";
import { COLOURS, control, extension, type FrameOf, gifFile } from "./gifFile.ts";

const PIXELS = { width: 2, height: 2, indices: [0, 1, 2, 3] };
const SCREEN = { width: 2, height: 2 };

const walk = (bytes: Uint8Array) => [...walkBlocks(bytes, readScreen(bytes))];
const framesOf = (bytes: Uint8Array) => walk(bytes).filter((block): block is GifFrame => block.kind === "frame");
const fileOf = (...frames: FrameOf[]) => gifFile({ ...SCREEN, frames });
const frameOf = (frame: Partial<FrameOf>) => framesOf(fileOf({ ...PIXELS, ...frame }))[0];

describe("screen", () => {
  test("size, palette and where the blocks begin", () => {
    const screen = readScreen(gifFile({ width: 300, height: 5, frames: [PIXELS] }));
    expect(screen).toEqual({ width: 300, height: 5, palette: Uint8Array.from(COLOURS.flat()), end: 25 });
  });

  test("no global palette", () => {
    expect(readScreen(gifFile({ ...SCREEN, palette: null, frames: [PIXELS] }))).toMatchObject({
      palette: null,
      end: 13,
    });
  });

  test.each([
    [13, null],
    [12, "it has 12 bytes, a GIF has at least 13"],
    [0, "it has 0 bytes, a GIF has at least 13"],
  ])("%i bytes", (length, why) => {
    const bytes = gifFile({ ...SCREEN, palette: null, frames: [] }).slice(0, length);
    if (why === null) expect(readScreen(bytes)).toMatchObject(SCREEN);
    else expect(() => readScreen(bytes)).toThrow(expect.objectContaining({ reason: "image_damaged", facts: { why } }));
  });
});

describe("frames", () => {
  test("all there is to know of a plain frame", () => {
    expect(frameOf({ left: 1, top: 300 })).toEqual({
      kind: "frame",
      left: 1,
      top: 300,
      width: 2,
      height: 2,
      palette: Uint8Array.from(COLOURS.flat()),
      transparent: null,
      interlaced: false,
      disposal: "keep",
      delayMs: 0,
      data: 35,
    });
  });

  test.each<[string, Partial<FrameOf>, Partial<GifFrame>]>([
    [
      "its own palette",
      {
        palette: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
      { palette: Uint8Array.of(1, 2, 3, 4, 5, 6), data: 41 },
    ],
    ["interlaced", { interlaced: true }, { interlaced: true }],
    ["transparent index", { before: control({ transparent: 3 }) }, { transparent: 3 }],
    ["transparent index 0", { before: control({ transparent: 0 }) }, { transparent: 0 }],
    ["delay in hundredths", { before: control({ hundredths: 0x0102 }) }, { delayMs: 2580, transparent: null }],
    ["disposal 0", { before: control({ disposal: 0 }) }, { disposal: "keep" }],
    ["disposal 1", { before: control({ disposal: 1 }) }, { disposal: "keep" }],
    ["disposal 2", { before: control({ disposal: 2 }) }, { disposal: "background" }],
    ["disposal 3", { before: control({ disposal: 3 }) }, { disposal: "previous" }],
    ["disposal 7", { before: control({ disposal: 7 }) }, { disposal: "keep" }],
    [
      "the last of two controls",
      { before: [...control({ transparent: 1 }), ...control({ disposal: 2 })] },
      { transparent: null, disposal: "background" },
    ],
    ["a control longer than 4 bytes", { before: [0x21, 0xf9, 5, 1, 0, 0, 2, 9, 0] }, { transparent: 2 }],
    ["a control shorter than 4 bytes", { before: [0x21, 0xf9, 3, 1, 0, 2, 0] }, { transparent: null }],
    ["no width: the screen's size", { width: 0, height: 1 }, { width: 2, height: 2 }],
    ["no height: the screen's size", { width: 1, height: 0 }, { width: 2, height: 2 }],
  ])("%s", (_, frame, wanted) => expect(frameOf(frame)).toMatchObject(wanted));

  test("a control counts for one frame only", () => {
    const frames = framesOf(fileOf({ ...PIXELS, before: control({ transparent: 3, disposal: 2 }) }, PIXELS));
    expect(frames.map(({ transparent, disposal }) => [transparent, disposal])).toEqual([
      [3, "background"],
      [null, "keep"],
    ]);
  });

  const PLAIN_TEXT = extension(0x01, [0, 0, 0, 0, 9, 0, 9, 0, 4, 4, 1, 0], "some text");
  test.each<[string, readonly number[]]>([
    ["plain text", PLAIN_TEXT],
    ["comment", extension(0xfe, "a comment", "in two blocks")],
    ["a comment that holds an image separator", extension(0xfe, ",,,,;;;;!!!!")],
    ["application", extension(0xff, "XMP DataXMP", "<x/>")],
    ["application with a short name", extension(0xff, "X")],
    ["an unknown label", extension(0x77, [1, 2, 3])],
    ["label 0", extension(0x00, [1, 2, 3])],
    ["an extension without a block", extension(0xfe)],
    ["a block terminator too many", [0, 0, 0]],
    ["many of all", [...PLAIN_TEXT, ...extension(0xfe, "x"), 0, ...extension(0x77), ...PLAIN_TEXT]],
  ])("passed over: %s", (_, before) => {
    const bytes = fileOf({ ...PIXELS, before: [...control({ transparent: 3 }), ...before] }, { ...PIXELS, before });
    expect(framesOf(bytes).map(({ width, height, transparent }) => [width, height, transparent])).toEqual([
      [2, 2, 3],
      [2, 2, null],
    ]);
  });
});

describe("loop count", () => {
  test.each<[string, readonly number[], readonly unknown[]]>([
    ["for ever", extension(0xff, "NETSCAPE2.0", [1, 0, 0]), [{ kind: "loop", repeats: 0 }]],
    ["258 times", extension(0xff, "NETSCAPE2.0", [1, 2, 1]), [{ kind: "loop", repeats: 258 }]],
    ["the other name", extension(0xff, "ANIMEXTS1.0", [1, 3, 0]), [{ kind: "loop", repeats: 3 }]],
    ["another application", extension(0xff, "NETSCAPE3.0", [1, 3, 0]), []],
    ["another sub-block of it", extension(0xff, "NETSCAPE2.0", [2, 3, 0]), []],
    ["a sub-block too short", extension(0xff, "NETSCAPE2.0", [1, 3]), []],
  ])("%s", (_, before, wanted) => {
    expect(walk(fileOf({ ...PIXELS, before })).filter(({ kind }) => kind === "loop")).toEqual(wanted);
  });
});

describe("the end", () => {
  const whole = fileOf(PIXELS, PIXELS, PIXELS);

  test.each<[string, Uint8Array, number]>([
    ["the trailer", whole, 3],
    ["no trailer", whole.slice(0, -1), 3],
    ["frames after the trailer", Uint8Array.from([...whole, ...whole.slice(25)]), 3],
    ["a byte that begins no block", gifFile({ ...SCREEN, frames: [PIXELS], end: [0x41, ...whole.slice(25)] }), 1],
    ["9 of the 10 bytes of a frame", gifFile({ ...SCREEN, frames: [PIXELS], end: [...whole.slice(25, 34)] }), 1],
    ["10 of the 10 bytes of a frame", gifFile({ ...SCREEN, frames: [PIXELS], end: [...whole.slice(25, 35)] }), 2],
    ["an extension introducer", gifFile({ ...SCREEN, frames: [PIXELS], end: [0x21] }), 1],
    ["an extension's label", gifFile({ ...SCREEN, frames: [PIXELS], end: [0x21, 0xf9] }), 1],
    ["half a control", gifFile({ ...SCREEN, frames: [PIXELS], end: [0x21, 0xf9, 4, 0] }), 1],
  ])("%s", (_, bytes, frames) => expect(framesOf(bytes)).toHaveLength(frames));

  test("cut anywhere it ends, with no more frames than before", () => {
    let frames = 3;
    for (let length = whole.length; length >= 13; length--) {
      const now = framesOf(whole.slice(0, length)).length;
      expect(now).toBeLessThanOrEqual(frames);
      frames = now;
    }
    expect(frames).toBe(0);
  });

  test("every step goes forward, so the walk is linear: 100 000 frames in 1.2 MB", () => {
    const tiny = { width: 1, height: 1, data: [2, 0] };
    const bytes = gifFile({ ...SCREEN, frames: Array.from({ length: 100_000 }, () => tiny) });
    let [last, count] = [0, 0];
    for (const block of walkBlocks(bytes, readScreen(bytes))) {
      if (block.kind !== "frame") continue;
      if (block.data !== last + 12) expect(count).toBe(0);
      [last, count] = [block.data, count + 1];
    }
    expect(count).toBe(100_000);
  });
});

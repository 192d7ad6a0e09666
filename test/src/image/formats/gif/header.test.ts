/** What the header says: size, frames, and whether the first frame leaves something open. */
import { describe, expect, test } from "vitest";
import { gifHeader } from "../../../../../src/image/formats/gif/header.ts";
import { control, extension, type GifOf, gifFile } from "./gifFile.ts";

const FRAME = { width: 4, height: 2, indices: [0, 1, 2, 3, 3, 2, 1, 0] };
const SCREEN = { width: 4, height: 2 };

test("a plain file", () => {
  expect(gifHeader(gifFile({ ...SCREEN, frames: [FRAME] }))).toMatchObject({
    format: "gif",
    width: 4,
    height: 2,
    frames: 1,
    alpha: false,
    colour: "palette",
    orientation: 1,
  });
});

describe("size", () => {
  test.each<[string, GifOf, readonly [number, number, boolean]]>([
    ["the screen's, not the frame's", { width: 9, height: 7, frames: [FRAME] }, [9, 7, true]],
    ["the screen's when the frame is larger", { width: 3, height: 1, frames: [FRAME] }, [3, 1, false]],
    ["screen 0x0: the frame's", { width: 0, height: 0, frames: [FRAME] }, [4, 2, false]],
    ["no width: the frame's", { width: 0, height: 9, frames: [FRAME] }, [4, 9, true]],
    ["no height: the frame's", { width: 4, height: 0, frames: [FRAME] }, [4, 2, false]],
    [
      "screen 0x0 counts from its corner",
      { width: 0, height: 0, frames: [{ ...FRAME, left: 3, top: 1 }] },
      [7, 3, true],
    ],
    [
      "screen 0x0: the first frame's only",
      { width: 0, height: 0, frames: [FRAME, { ...FRAME, width: 8 }] },
      [4, 2, false],
    ],
  ])("%s", (_, file, [width, height, alpha]) => {
    expect(gifHeader(gifFile(file))).toMatchObject({ width, height, alpha });
  });

  test.each([
    [0, 0, "size 0x0"],
    [0, 5, "size 0x5"],
  ])("screen %ix%i and a frame of 0x0", (width, height, why) => {
    const bytes = gifFile({ width, height, frames: [{ width: 0, height: 0 }] });
    expect(() => gifHeader(bytes)).toThrow(expect.objectContaining({ reason: "image_damaged", facts: { why } }));
  });
});

describe("alpha", () => {
  test.each<[string, readonly GifOf["frames"][number][], boolean]>([
    ["no transparent index", [FRAME], false],
    ["a transparent index", [{ ...FRAME, before: control({ transparent: 1 }) }], true],
    ["a control without one", [{ ...FRAME, before: control({ hundredths: 5 }) }], false],
    ["only in the second frame", [FRAME, { ...FRAME, before: control({ transparent: 1 }) }], false],
    ["overruled by a second control", [{ ...FRAME, before: [...control({ transparent: 1 }), ...control({})] }], false],
    ["the frame begins at 1,0", [{ ...FRAME, left: 1 }], true],
    ["the frame begins at 0,1", [{ ...FRAME, top: 1 }], true],
    ["the frame is a column short", [{ ...FRAME, width: 3 }], true],
    ["the frame is a row short", [{ ...FRAME, height: 1 }], true],
    ["the frame is larger", [{ ...FRAME, width: 5, height: 3 }], false],
  ])("%s", (_, frames, alpha) => expect(gifHeader(gifFile({ ...SCREEN, frames })).alpha).toBe(alpha));
});

describe("frames", () => {
  test.each([1, 2, 50])("%i", (count) => {
    const frames = Array.from({ length: count }, () => ({ ...FRAME, before: extension(0xfe, "between") }));
    expect(gifHeader(gifFile({ ...SCREEN, frames })).frames).toBe(count);
  });

  test.each([
    ["none", gifFile({ ...SCREEN, frames: [] })],
    ["none but extensions", gifFile({ ...SCREEN, frames: [], end: [...control({}), ...extension(0xfe, "x"), 0x3b] })],
    ["a cut one", gifFile({ ...SCREEN, frames: [FRAME] }).slice(0, 25 + 9)],
  ])("%s: damaged", (_, bytes) => {
    expect(() => gifHeader(bytes)).toThrow(
      expect.objectContaining({ reason: "image_damaged", facts: { why: "no image block" } }),
    );
  });
});

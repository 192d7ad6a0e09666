/** Which picture of an icon is shown: each has a colour of its own. */
import { describe, expect, test } from "vitest";
import { chooseEntry, viewOn } from "../../../../../src/image/formats/ico/choose.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { lettersOf, pictureOf } from "../bmp/pictureOf.ts";
import { colourPng, icoFile, squareDib } from "./icoFile.ts";

const RED = [255, 0, 0] as const;
const GREEN = [0, 255, 0] as const;
const BLUE = [0, 0, 255] as const;
const WHITE = [255, 255, 255] as const;

/** The letter of the picture's first pixel at this size, after a check that all of its pixels are the same. */
async function colourOf(bytes: Uint8Array, side: number): Promise<string> {
  const letters = (await lettersOf(bytes, { width: side, height: side })).replaceAll(" ", "");
  expect(new Set(letters).size).toBe(1);
  return letters[0] ?? "";
}

describe("the size asked for", () => {
  const icon = icoFile([
    { data: squareDib(16, 32, RED) },
    { data: squareDib(48, 24, BLUE) },
    { data: squareDib(32, 8, GREEN) },
    { data: colourPng(64, 64, 6, WHITE) },
  ]);
  test.each([
    [1, "R"],
    [7, "R"],
    [8, "R"],
    [9, "G"],
    [16, "G"],
    [17, "B"],
    [24, "B"],
    [25, "W"],
    [64, "W"],
    [65, "W"],
    [300, "W"],
  ])("%i px: %s", async (side, letter) => expect(await colourOf(icon, side)).toBe(letter));
  test("the header has the size of the largest", () => {
    expect(readHeader(icon)).toMatchObject({ format: "ico", width: 64, height: 64, alpha: true, frames: 1 });
  });
  test("a crop counts in the pixels that it shows", () => {
    const entries = readHeader(icon).ico ?? [];
    const half = { left: 16, top: 16, width: 32, height: 32 };
    const chosen = (side: number) =>
      chooseEntry(entries, { width: 64, height: 64 }, { window: half, bounds: half, width: side, height: side })?.width;
    expect([8, 9, 16, 17, 24, 25].map(chosen)).toEqual([16, 32, 32, 48, 48, 64]);
  });
});

describe("equal sizes", () => {
  test.each<[string, Parameters<typeof icoFile>[0], string]>([
    ["most bits, later", [{ data: squareDib(16, 8, RED) }, { data: squareDib(16, 32, GREEN) }], "G"],
    ["most bits, earlier", [{ data: squareDib(16, 32, GREEN) }, { data: squareDib(16, 24, RED) }], "G"],
    ["the first of equal ones", [{ data: squareDib(16, 24, RED) }, { data: squareDib(16, 24, GREEN) }], "R"],
    [
      "whatever the directory says",
      [
        { data: squareDib(16, 8, RED), bits: 32 },
        { data: squareDib(16, 24, BLUE), bits: 1 },
      ],
      "B",
    ],
    [
      "sizes of the directory do not count",
      [
        { data: squareDib(16, 8, RED), width: 48, height: 48 },
        { data: squareDib(24, 8, BLUE), width: 16, height: 16 },
      ],
      "B",
    ],
  ])("%s", async (_, entries, letter) => expect(await colourOf(icoFile(entries), 24)).toBe(letter));
});

describe("another aspect ratio than the largest picture", () => {
  test("is not taken, however well its size fits", async () => {
    const icon = icoFile([{ data: colourPng(32, 32, 2, RED) }, { data: colourPng(24, 16, 2, GREEN) }]);
    expect(await colourOf(icon, 16)).toBe("R");
  });
  test("a rounded side is the same ratio", async () => {
    const icon = icoFile([
      { data: colourPng(100, 45, 2, RED) },
      { data: colourPng(20, 9, 2, GREEN) },
      { data: colourPng(10, 5, 2, BLUE) },
    ]);
    const letters = (width: number, height: number) => lettersOf(icon, { width, height });
    expect((await letters(10, 4))[0]).toBe("G");
    expect((await letters(5, 2))[0]).toBe("B");
    expect((await letters(11, 5))[0]).toBe("R");
  });
});

test("a view on a smaller picture keeps its place, and its bounds are whole pixels within the picture", () => {
  const window = { left: 8.5, top: 4, width: 40, height: 44 };
  const view = { window, bounds: { left: 8, top: 3, width: 41, height: 45 }, width: 10, height: 11 };
  const from = { width: 48, height: 48 };
  const half = viewOn(view, from, { width: 24, height: 24 });
  expect(half.window).toEqual({ left: 4.25, top: 2, width: 20, height: 22 });
  expect(half.bounds).toEqual({ left: 4, top: 1, width: 20, height: 23 });
  expect(viewOn(view, from, from)).toBe(view);
});

test("a picture over the limit of pixels does not spoil the others, and alone it is refused for its size", async () => {
  const huge = squareDib(1, 24, RED);
  new DataView(huge.buffer, huge.byteOffset).setInt32(4, 7_000_001, true);
  const icon = icoFile([{ data: huge }, { data: squareDib(16, 24, GREEN) }]);
  expect(await colourOf(icon, 16)).toBe("G");
  expect(readHeader(icoFile([{ data: huge }]))).toMatchObject({ width: 7_000_001, height: 1 });
  expect((await pictureOf(icon)).pixels.width).toBe(16);
});

describe("a picture that cannot be decoded", () => {
  const bad = (side: number) => colourPng(side, side, 2, RED).slice(0, 40);
  const icon = (...pictures: Uint8Array[]) => icoFile(pictures.map((data) => ({ data })));
  const VIEW = { width: 16, height: 16 };

  test("is replaced by the next best one, and the file counts as damaged", async () => {
    const bytes = icon(squareDib(16, 24, BLUE), bad(32), squareDib(64, 24, GREEN));
    expect(await colourOf(bytes, 16)).toBe("G");
    expect((await pictureOf(bytes, VIEW)).truncated).toBe(true);
    expect((await pictureOf(bytes, { width: 8, height: 8 })).truncated).toBe(false);
    expect(await colourOf(icon(squareDib(16, 24, BLUE), bad(32)), 16)).toBe("B");
  });
  test("is replaced twice, not three times", async () => {
    expect(await colourOf(icon(bad(32), bad(48), squareDib(64, 24, GREEN)), 16)).toBe("G");
    const bytes = icon(bad(32), bad(48), bad(64), squareDib(128, 24, GREEN));
    await expect(pictureOf(bytes, VIEW)).rejects.toMatchObject({ reason: "image_damaged" });
  });
  test("is not replaced by one of another aspect ratio", async () => {
    await expect(pictureOf(icon(bad(32), colourPng(16, 8, 2, GREEN)), VIEW)).rejects.toMatchObject({
      reason: "image_damaged",
      facts: { why: "no image data" },
    });
  });
});

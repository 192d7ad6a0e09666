/** The first frame on the screen: where each pixel goes, and in which colour. */
import { describe, expect, test } from "vitest";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";
import { codeData, control, extension, type FrameOf, type GifOf, gifFile, lzwData } from "./gifFile.ts";
import { lettersOf, pictureOf } from "./pictureOf.ts";

const SCREEN = { width: 4, height: 2 };
const FRAME = { width: 4, height: 2, indices: [0, 1, 2, 3, 3, 2, 1, 0] };
const fileOf = (frame: Partial<FrameOf>, file: Partial<GifOf> = {}) =>
  gifFile({ ...SCREEN, frames: [{ ...FRAME, ...frame }], ...file });

/** Of the public fuzz corpus (Apache-2.0): a code beyond the next one, on which omggif looped for ever. */
const OUT_OF_RANGE = "4749463839610a000a000000002c000000000a000a004402134110efb2fdd933004402134110ef717fc0a8bb";

describe("pixels", () => {
  test.each<[string, Uint8Array, string]>([
    ["a plain frame", fileOf({}), "RGBW WBGR"],
    ["a transparent index", fileOf({ before: control({ transparent: 1 }) }), "R.BW WB.R"],
    ["a transparent index that no pixel has", fileOf({ before: control({ transparent: 200 }) }), "RGBW WBGR"],
    [
      "its own palette",
      fileOf({
        palette: [
          [0, 0, 255],
          [255, 0, 0],
          [0, 0, 0],
          [0, 255, 0],
        ],
      }),
      "BRKG GKRB",
    ],
    [
      "its own palette and no global one",
      fileOf(
        {
          palette: [
            [0, 0, 255],
            [255, 0, 0],
            [0, 0, 0],
            [0, 255, 0],
          ],
        },
        { palette: null },
      ),
      "BRKG GKRB",
    ],
    [
      "indices past the palette are black",
      fileOf(
        {},
        {
          palette: [
            [255, 0, 0],
            [0, 255, 0],
          ],
        },
      ),
      "RGKK KKGR",
    ],
    [
      "indices past its own palette do not look into the global one",
      fileOf({
        palette: [
          [0, 0, 255],
          [255, 255, 255],
        ],
      }),
      "BWKK KKWB",
    ],
    [
      "a transparent index past the palette",
      fileOf(
        { before: control({ transparent: 3 }) },
        {
          palette: [
            [255, 0, 0],
            [0, 255, 0],
          ],
        },
      ),
      "RGK. .KGR",
    ],
    ["no palette at all: black, white, then black", fileOf({}, { palette: null }), "KWKK KKWK"],
    [
      "only the first of two frames",
      gifFile({ ...SCREEN, frames: [FRAME, { ...FRAME, indices: [0, 0, 0, 0, 0, 0, 0, 0] }] }),
      "RGBW WBGR",
    ],
    [
      "a first frame after extensions",
      fileOf({ before: [...extension(0x01, "0123456789ab", "text"), ...extension(0x99, "?")] }),
      "RGBW WBGR",
    ],
    ["more data than pixels", fileOf({ data: lzwData([...FRAME.indices, 1, 1, 1, 1, 1], 2) }), "RGBW WBGR"],
  ])("%s", async (_, bytes, wanted) => {
    expect(await lettersOf(bytes)).toBe(wanted);
    expect((await pictureOf(bytes)).truncated).toBe(false);
  });
});

describe("rectangle", () => {
  test.each<[string, Partial<GifOf>, Partial<FrameOf>, string]>([
    ["inside of the screen", { width: 6, height: 4 }, { left: 1, top: 1 }, "...... .RGBW. .WBGR. ......"],
    ["over the right edge", {}, { left: 1 }, ".RGB .WBG"],
    ["over the right edge but for one column", {}, { left: 3 }, "...R ...W"],
    ["beyond the right edge", {}, { left: 4 }, ".... ...."],
    ["over the bottom edge", {}, { top: 1 }, ".... RGBW"],
    ["beyond the bottom edge", {}, { top: 2 }, ".... ...."],
    ["over both edges", {}, { left: 2, top: 1 }, ".... ..RG"],
    ["far outside", {}, { left: 65_535, top: 65_535 }, ".... ...."],
    ["larger than the screen", { width: 3, height: 1 }, {}, "RGB"],
    ["screen 0x0", { width: 0, height: 0 }, {}, "RGBW WBGR"],
    ["screen 0x0 and a frame off its corner", { width: 0, height: 0 }, { left: 1, top: 1 }, "..... .RGBW .WBGR"],
    ["frame 0x0", {}, { width: 0, height: 0 }, "RGBW WBGR"],
  ])("%s", async (_, file, frame, wanted) => {
    expect(await lettersOf(fileOf(frame, file))).toBe(wanted);
  });
});

describe("interlaced", () => {
  /** One pixel of each row is in the row's own colour, so that a row out of place shows. */
  const rowsOf = (height: number) => Array.from({ length: 2 * height }, (_, i) => (i % 2 === 0 ? (i >> 1) % 3 : 3));

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 100])("%i rows", async (height) => {
    const frame = { width: 2, height, indices: rowsOf(height) };
    const plain = await lettersOf(gifFile({ width: 2, height, frames: [frame] }));
    expect(await lettersOf(gifFile({ width: 2, height, frames: [{ ...frame, interlaced: true }] }))).toBe(plain);
  });

  test.each([
    [0, 0, 2, 20],
    [1, 0, 1, 20],
    [0, 3, 2, 9],
    [1, 7, 1, 30],
    [0, 0, 1, 1],
  ])("over the edges: at %i,%i on a screen of %ix%i", async (left, top, width, height) => {
    const frame = { left, top, width: 2, height: 40, indices: rowsOf(40) };
    const plain = await lettersOf(gifFile({ width, height, frames: [frame] }));
    expect(await lettersOf(gifFile({ width, height, frames: [{ ...frame, interlaced: true }] }))).toBe(plain);
  });

  const letters = "RGWBBRGWGRWBWGBRBG";
  const column = { width: 1, height: 18, indices: [...letters].map((letter) => "RGBW".indexOf(letter)) };

  /** The rows in the order in which they come; a row that did not come repeats the one above. */
  test.each([
    [1, "RRRRRRRR.........."],
    [2, "RRRRRRRRGGGGGGGG.."],
    [3, "RRRRRRRRGGGGGGGGBB"],
    [4, "RRRRBBBBGGGGGGGGBB"],
    [7, "RRWWBBGGGGGGWWWWBB"],
    [9, "RRWWBBGGGGWWWWBBBB"],
    [10, "RGWWBBGGGGWWWWBBBB"],
    [17, "RGWBBRGWGRWBWGBRBB"],
    [18, letters],
  ])("%i of 18 rows have come", async (count, wanted) => {
    const order = [0, 8, 16, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15, 17];
    const data = lzwData(
      order.slice(0, count).map((row) => column.indices[row] ?? 0),
      2,
    );
    const bytes = gifFile({ width: 1, height: 18, frames: [{ ...column, interlaced: true, data }] });
    expect((await lettersOf(bytes)).replaceAll(" ", "")).toBe(wanted);
    expect((await pictureOf(bytes)).truncated).toBe(count < 18);
  });
});

describe("damage", () => {
  const cut = (indices: readonly number[]) => fileOf({ data: lzwData(indices, 2) });

  test.each<[string, Uint8Array, string]>([
    ["the end code comes early", cut([0, 1, 2, 3, 3]), "RGBW W..."],
    ["the end code comes after one pixel", cut([2]), "B... ...."],
    [
      "a code beyond the next one",
      fileOf({
        data: codeData(2, [
          [4, 3],
          [1, 3],
          [7, 3],
          [2, 3],
        ]),
      }),
      "G... ....",
    ],
    [
      "the file is cut in the data",
      fileOf({ data: [2, 100, ...lzwData([0, 1, 2], 2).slice(2, -1)] }, { end: [] }),
      "RGB. ....",
    ],
    ["the sub-block is longer than the file", fileOf({ data: [2, 255, 0x44] }, { end: [] }), "R... ...."],
  ])("%s: what came stays, the rest is transparent", async (_, bytes, wanted) => {
    const { truncated, pixels } = await pictureOf(bytes);
    expect([await lettersOf(bytes), truncated, pixels.alpha]).toEqual([wanted, true, true]);
  });

  test.each<[string, Uint8Array, string]>([
    ["no data", fileOf({ data: [2, 0] }), "its first frame has no pixel that can be read"],
    ["the file is cut before the data", fileOf({}).slice(0, 35), "LZW code size 0, 1 to 11 are possible"],
    ["only an end code", fileOf({ data: codeData(2, [[5, 3]]) }), "its first frame has no pixel that can be read"],
    ["code size 12", fileOf({ data: lzwData([0], 12) }), "LZW code size 12, 1 to 11 are possible"],
  ])("%s: refused", async (_, bytes, why) => {
    await expect(pictureOf(bytes)).rejects.toMatchObject({ reason: "image_damaged", facts: { why } });
  });

  test("the 44 bytes on which omggif looped for ever: the pixels before the wrong code", async () => {
    const bytes = Uint8Array.from(Buffer.from(OUT_OF_RANGE, "hex"));
    expect(bytes).toHaveLength(44);
    expect(await lettersOf(bytes)).toMatchInlineSnapshot(
      `"WKWWWWWKWK WKW....... WWWWWWWWWK WWWWWWWWWK WWWWWWWWWK WWWWWWWWWK KKKWWWKKKK KKKWWWKKKK WWWWWWWWWW WWWWWWWWWW"`,
    );
    const { truncated, width, height } = await renderImage(orderOf(bytes, {}, "webp"));
    expect([truncated, width, height]).toEqual([true, 10, 10]);
  });
});

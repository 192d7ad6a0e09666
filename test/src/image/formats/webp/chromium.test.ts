/** A real browser shows our files: the same picture as libwebp's decoder makes of them. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeLossyWebp } from "../../../../../src/image/formats/webp/encode.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { CHROMIUM_MISSING, drawn, launchBrowser } from "../../../../support/browser.ts";
import { apngFile, type Rgba } from "../../animation/apngFile.ts";
import { decodedFrames, meanDifference } from "../../animation/chromiumFrames.ts";
import { gifs } from "../../animation/drawnGifs.ts";
import { orderOf } from "../../orders.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { byLibwebp } from "./decoder/reference.ts";
import { type AlphaKind, type Kind, picture } from "./pictures.ts";

const colour = (x: number, y: number): Rgba => [90 + 4 * x, 80 + 5 * y, 120, 255];
const glass = (x: number): Rgba => [200, 190, 180, (x * 28) & 255];
const APNG = {
  ...{ width: 24, height: 18, plays: 3 },
  frames: [
    { width: 24, height: 18, colour, delay: [7, 100] },
    { left: 2, top: 3, width: 9, height: 7, colour: glass, over: true, dispose: 2, delay: [33, 1000] },
    { left: 9, top: 9, width: 9, height: 7, colour: glass, over: true, dispose: 1, delay: [0, 100] },
    { left: 4, top: 4, width: 9, height: 7, colour: glass, delay: [12, 100] },
  ],
} as const;

describe.skipIf(CHROMIUM_MISSING !== undefined)("Chromium", () => {
  let browser: Browser | undefined;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
  }, 60_000);
  afterAll(() => browser?.close());

  test.each([
    ["photo", null, 203, 117, 1],
    ["photo", null, 64, 66, 75],
    ["photo", null, 320, 240, 100],
    ["text", null, 97, 50, 40],
    ["noise", null, 40, 33, 90],
    ["flat", null, 1, 1, 75],
    ["photo", "disc", 120, 81, 60],
    ["gradient", "gradient", 33, 70, 80],
    ["photo", "noise", 31, 17, 50],
  ] as const satisfies readonly (readonly [Kind, AlphaKind | null, number, number, number])[])(
    "%s, alpha %s, %dx%d at quality %d",
    async (kind, alpha, width, height, quality) => {
      const file = await encodeLossyWebp(picture(seeded(71), kind, width, height, alpha), quality);
      const { data, ...size } = await drawn(page, file, "image/webp");
      expect(size).toEqual({ width, height });
      const expected = byLibwebp(file) ?? new Uint8Array();
      let [sum, opaque] = [0, 0];
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] !== expected[i + 3]) throw new Error(`alpha ${data[i + 3]} for ${expected[i + 3]} at ${i / 4}`);
        // A canvas keeps colours multiplied by alpha, so only opaque ones come back.
        if (data[i + 3] !== 255) continue;
        for (let c = 0; c < 3; c++) sum += Math.abs((data[i + c] ?? 0) - (expected[i + c] ?? 0));
        opaque += 3;
      }
      expect(sum / Math.max(1, opaque)).toBeLessThan(2);
    },
  );

  describe("animations", () => {
    const sources = {
      ...Object.fromEntries(Object.entries(gifs(true)).map(([name, file]) => [`GIF, ${name}`, ["image/gif", file]])),
      "animated PNG": ["image/png", apngFile(APNG)],
      "animated PNG, interlaced": ["image/png", apngFile({ ...APNG, interlaced: true })],
    } as Readonly<Record<string, readonly [type: string, file: Uint8Array]>>;

    test.each(Object.entries(sources))(
      "%s: what Chromium shows of our file is what it shows of the source",
      async (_, [type, file]) => {
        const { bytes } = await renderImage(orderOf(file, { maxFrames: 100, quality: 90 }, "webp"));
        const [source, ours] = [await decodedFrames(page, file, type), await decodedFrames(page, bytes, "image/webp")];
        expect(ours.repetitions).toBe(source.repetitions);
        // The decoder says what the file says. An <img> shows delays up to 10 ms as 100 ms.
        expect(ours.frames.map(({ ms }) => ms)).toEqual(source.frames.map(({ ms }) => (ms <= 10 ? 100 : ms)));
        for (const [i, { data }] of ours.frames.entries()) {
          expect(meanDifference(data, source.frames[i]?.data ?? []), `frame ${i}`).toBeLessThan(6);
        }
      },
    );

    test("the frames are seen to move", async () => {
      const { bytes } = await renderImage(
        orderOf(gifs(true)["whole frames"], { maxFrames: 100, width: 120, enlarge: true }, "webp"),
      );
      await page.setContent(`<img src="data:image/webp;base64,${Buffer.from(bytes).toString("base64")}">`);
      const seen = new Set<string>();
      await expect
        .poll(async () => seen.add((await page.screenshot()).toString("base64")).size, {
          timeout: 20_000,
          interval: 35,
        })
        .toBeGreaterThan(2);
    });
  });
});

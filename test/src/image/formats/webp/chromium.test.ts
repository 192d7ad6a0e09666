/** A real browser shows our files: the same picture as libwebp's decoder makes of them. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeLossyWebp } from "../../../../../src/image/formats/webp/encode.ts";
import { CHROMIUM_MISSING, drawn, launchBrowser } from "../../../../support/browser.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { byLibwebp } from "./decoder/reference.ts";
import { type AlphaKind, type Kind, picture } from "./pictures.ts";

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
});

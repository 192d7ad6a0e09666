/** Colour spaces of PNG as a real browser shows them. */
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { CHROMIUM_MISSING, drawn, launchBrowser } from "../../../../support/browser.ts";
import { orderOf } from "../../orders.ts";
import { chrm, cicp, gama, P3_CHRM, rowPng, SRGB_CHRM, srgb } from "./pixelRow.ts";

describe.skipIf(CHROMIUM_MISSING !== undefined)("Chromium", () => {
  let browser: Browser | undefined;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
  }, 60_000);
  afterAll(() => browser?.close());

  test.each<[string, readonly Buffer[]]>([
    ["nothing", []],
    ["gAMA 1.0", [gama(100_000)]],
    ["gAMA of sRGB", [gama(45_455)]],
    ["gAMA 3 % off", [gama(47_000)]],
    ["gAMA 6 % off", [gama(48_300)]],
    ["gAMA 1/1.8", [gama(55_556)]],
    ["sRGB and gAMA", [srgb, gama(100_000)]],
    ["cHRM alone", [chrm(P3_CHRM)]],
    ["cHRM of Display P3 and gAMA", [chrm(P3_CHRM), gama(45_455)]],
    ["cHRM of sRGB and gAMA", [chrm(SRGB_CHRM), gama(45_455)]],
    ["cICP Display P3", [cicp(12, 13, 0, 1)]],
    ["cICP beside gAMA", [cicp(12, 13, 0, 1), gama(100_000)]],
    ["cICP that does not use all values", [cicp(12, 13, 0, 0)]],
    ["cICP BT.709", [cicp(1, 1, 0, 1)]],
    ["cICP BT.2020", [cicp(9, 14, 0, 1)]],
    ["cICP linear", [cicp(1, 8, 0, 1)]],
  ])("%s", async (_, chunks) => {
    const samples = [10, 10, 10, 40, 40, 40, 100, 100, 100, 200, 100, 50, 60, 180, 220, 255, 255, 255];
    const file = rowPng(2, 8, samples, chunks);
    const { bytes } = await renderImage(orderOf(file, {}, "png"));
    const ours = await sharp(bytes).ensureAlpha().raw().toBuffer();
    const theirs = [...(await drawn(page, file, "image/png")).data];
    const worst = Math.max(...theirs.map((value, i) => Math.abs(value - (ours[i] ?? 0))));
    expect(worst, `${theirs} in Chromium, ${[...ours]} here`).toBeLessThanOrEqual(1);
  });
});

/**
 * Pictures of pages, taken by the tests that look at these pages. `FIRSTLIGHT_SCREENSHOTS=docs npm test -- test/e2e/browser`
 * makes those of the documentation anew. Without the variable none is taken.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";

const QUALITY = 82;

/** Takes a picture of what the window shows: `{folder}/{name}.webp`. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.FIRSTLIGHT_SCREENSHOTS;
  if (folder === undefined || folder === "") return;
  await mkdir(folder, { recursive: true });
  await sharp(await page.screenshot())
    .webp({ quality: QUALITY })
    .toFile(join(folder, `${name}.webp`));
}

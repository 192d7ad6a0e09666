/** Files that gave a wrong answer once. Skipped, with their number, where they are not beside the checkout. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { CORPUS } from "../corpus.ts";
import { orderOf } from "../orders.ts";
import { type Case, RASTER_CASES } from "./rows.ts";

const FOLDER = join(CORPUS, "../cases/image");
const CASES: readonly Case[] = [...RASTER_CASES];
const present = existsSync(FOLDER);
if (!present) console.log(`skipped: no ${FOLDER}, so ${CASES.length} cases are not tested`);

describe.runIf(present)("cases/image", () => {
  test("each file has a row", () => {
    const known = new Set(CASES.map(({ file }) => file));
    const files = readdirSync(FOLDER).filter((file) => file !== "README.tsv" && !file.startsWith("tiff-"));
    expect(files.filter((file) => !known.has(file))).toEqual([]);
  });

  test.each(CASES)("$file, width $width", async (row) => {
    const bytes = new Uint8Array(readFileSync(join(FOLDER, row.file)));
    const rendered = renderImage(orderOf(bytes, { width: row.width ?? 0 }, "png"));
    if ("refused" in row) {
      await expect(rendered).rejects.toMatchObject({ reason: row.refused });
      return;
    }
    const { bytes: png, width, height, truncated } = await rendered;
    expect([width, height, truncated]).toEqual([...row.size, row.truncated ?? false]);
    const data = await sharp(png).ensureAlpha().raw().toBuffer();
    for (const [x, y, wanted] of row.spots ?? []) {
      const found = [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
      const [worst, alpha] = [Math.max(...wanted.slice(0, 3).map((v, i) => Math.abs(v - (found[i] ?? 0)))), found[3]];
      if (wanted[3] > 0) expect(worst, `${x},${y} is ${found}`).toBeLessThanOrEqual(row.within ?? 0);
      expect(alpha, `${x},${y} is ${found}`).toBe(wanted[3]);
    }
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placeholdersOf } from "../../demo/placeholders.ts";

describe("placeholdersOf", () => {
  const folder = mkdtempSync(join(tmpdir(), "firstlight-placeholders-"));
  beforeAll(async () => {
    const halves = Buffer.from(Array.from({ length: 60 * 40 * 3 }, (_, at) => ((at / 3) % 60 < 30 ? 30 : 220)));
    const picture = () => sharp(halves, { raw: { width: 60, height: 40, channels: 3 } });
    await picture().png().toFile(join(folder, "flat.png"));
    await picture().jpeg().withMetadata({ orientation: 6 }).toFile(join(folder, "turned.jpg"));
    writeFileSync(join(folder, "broken.jpg"), "no picture");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const decoded = async (url = "") => {
    expect(url).toMatch(/^data:image\/webp;base64,/);
    const image = sharp(Buffer.from(url.split(",")[1] ?? "", "base64")).removeAlpha();
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    return {
      ...info,
      at: (x: number, y: number) =>
        data[(Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3] ?? -1,
    };
  };

  it("shows light and dark where the picture has them, in its shape", async () => {
    const [url = ""] = await placeholdersOf(folder, ["flat.png"]);
    const image = await decoded(url);
    expect(url.length).toBeLessThan(600);
    expect(image.width / image.height).toBeCloseTo(1.5, 0);
    expect(image.at(0.1, 0.5)).toBeLessThan(90);
    expect(image.at(0.9, 0.5)).toBeGreaterThan(170);
  });
  it("is upright where the photograph says that it was turned", async () => {
    const [url] = await placeholdersOf(folder, ["turned.jpg"]);
    const image = await decoded(url);
    expect(image.height).toBeGreaterThan(image.width);
    expect(image.at(0.5, 0.1)).toBeLessThan(image.at(0.5, 0.9));
  });
  it("is empty for a file that cannot be read, and keeps the order", async () => {
    const [broken, whole] = await placeholdersOf(folder, ["broken.jpg", "flat.png"]);
    expect([broken, whole === ""]).toEqual(["", false]);
    expect(await placeholdersOf(folder, [])).toEqual([]);
  });
});

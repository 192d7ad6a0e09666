import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalogue } from "../../demo/catalogue.ts";

describe("loadCatalogue", () => {
  const top = mkdtempSync(join(tmpdir(), "firstlight-catalogue-"));
  const photos = join(top, "photos");
  beforeAll(async () => {
    mkdirSync(photos);
    const picture = () => sharp({ create: { width: 30, height: 20, channels: 3, background: "#c84" } });
    await picture().jpeg().withMetadata({ orientation: 6 }).toFile(join(photos, "turned_on-its-side.jpg"));
    await picture().png().toFile(join(photos, "b.png"));
    writeFileSync(join(photos, "notes.txt"), "not a picture");
  });
  afterAll(() => rmSync(top, { recursive: true }));

  it("shows what a folder holds, sizes as displayed, names made readable", async () => {
    const { entries, folder } = await loadCatalogue(photos, top, () => {});
    expect(folder).toBe(photos);
    expect(entries).toMatchObject([
      { file: "b.png", title: "b", width: 30, height: 20, author: "Unknown" },
      { file: "turned_on-its-side.jpg", title: "turned on its side", width: 20, height: 30 },
    ]);
  });
  it("takes titles and order from a demo.json beside the folder", async () => {
    const described = {
      file: "photos/b.png",
      title: "Named",
      author: "A",
      licence: "CC0-1.0",
      licenceUrl: "",
      width: 30,
      height: 20,
      bytes: 1,
    };
    writeFileSync(join(top, "demo.json"), JSON.stringify([described]));
    const { entries } = await loadCatalogue(photos, top, () => {});
    expect(entries).toEqual([{ ...described, file: "b.png" }]);
  });
  it("refuses a named folder without photographs", async () => {
    await expect(loadCatalogue(join(top, "none"), top, () => {})).rejects.toThrow(/no \.jpg, \.png, \.webp or \.gif/);
  });
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

  it("lists the photographs of a folder, with sizes as displayed and readable names", async () => {
    const { entries, folder, skipped } = await loadCatalogue(photos, top, () => {});
    expect([folder, skipped]).toEqual([photos, []]);
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
  it("leaves out a broken file and names it, whatever is broken", async () => {
    const folder = join(top, "mixed", "photos");
    mkdirSync(join(folder, "folder.jpg"), { recursive: true });
    const noise = Buffer.from(Array.from({ length: 200 * 200 * 3 }, (_, i) => (i * 7919) % 251));
    const whole = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(folder, "whole.jpg"), whole);
    writeFileSync(join(folder, "cut.jpg"), whole.subarray(0, whole.length / 2));
    writeFileSync(join(folder, "empty.png"), "");
    writeFileSync(join(folder, "text.webp"), "no picture");
    symlinkSync(join(folder, "nowhere"), join(folder, "lost.gif"));
    const { entries, skipped } = await loadCatalogue(folder, top, () => {});
    expect(entries.map(({ file }) => file)).toEqual(["whole.jpg"]);
    expect(skipped.map(({ file }) => file)).toEqual(["cut.jpg", "empty.png", "folder.jpg", "lost.gif", "text.webp"]);
    for (const { why } of skipped) expect(why).toMatch(/^[^\n]{5,}$/);
  });
  it("refuses a folder of which no file can be read, and names each", async () => {
    const folder = join(top, "broken", "photos");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "a.jpg"), "x");
    writeFileSync(join(folder, "b.png"), "x");
    await expect(loadCatalogue(folder, top, () => {})).rejects.toThrow(
      /no file in it can be read: a\.jpg \(.+\), b\.png \(/,
    );
  });
  it("names a demo.json that is no JSON", async () => {
    const folder = join(top, "described");
    mkdirSync(folder);
    writeFileSync(join(folder, "demo.json"), "{");
    await expect(loadCatalogue(folder, top, () => {})).rejects.toThrow(`${join(folder, "demo.json")} is no JSON`);
  });
  it("refuses a named folder that is not there, and one without photographs", async () => {
    await expect(loadCatalogue(join(top, "none"), top, () => {})).rejects.toThrow(/there is no such folder/);
    mkdirSync(join(top, "empty"));
    await expect(loadCatalogue(join(top, "empty"), top, () => {})).rejects.toThrow(/no \.jpg, \.png, \.webp or \.gif/);
  });
});

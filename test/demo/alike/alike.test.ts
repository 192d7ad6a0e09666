import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Alike, COPIES, findAlike } from "../../../demo/alike/copies.ts";
import { SESSIONS, sampleLog, sampleReport } from "../../../demo/alike/sampleExperiment.ts";
import { createAlikeServer } from "../../../demo/alike/server.ts";
import { alikeDocument } from "../../../demo/page/html/alikeDocument.ts";
import { choices } from "../../support/seeded.ts";

const folder = mkdtempSync(join(tmpdir(), "firstlight-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [WIDTH, HEIGHT, WAVES] = [64, 48, 60] as const;

/** Waves in all directions, as many as hashes look at. */
async function photograph(title: string, seed: number) {
  const { below } = choices(seed);
  const waves = Array.from({ length: WAVES }, () => [below(17) - 8, below(17) - 8, below(100) / 15] as const);
  const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [(i % WIDTH) / WIDTH, Math.floor(i / WIDTH) / HEIGHT];
    const sum = waves.reduce((all, [across, down, phase]) => all + Math.cos(6.28 * (across * x + down * y) + phase), 0);
    return Math.max(0, Math.min(255, 110 + 12 * sum));
  });
  const small = sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } });
  await small
    .resize(500, 400, { kernel: "cubic" })
    .png()
    .toFile(join(folder, `${title}.png`));
  return {
    file: `${title}.png`,
    title,
    author: "A & B",
    licence: "CC0",
    licenceUrl: "",
    width: 500,
    height: 400,
    bytes: 1,
  };
}

describe("more like this", () => {
  let pictures: readonly Alike[];
  let entries: Awaited<ReturnType<typeof photograph>>[];
  beforeAll(async () => {
    entries = [await photograph("one", 1), await photograph("<two>", 2)];
    pictures = await findAlike(folder, entries);
  });

  test("copies are found and stand in the cluster of their photograph; what is turned is not", () => {
    expect(pictures.map(({ copy }) => copy)).toEqual([null, ...Object.keys(COPIES), null, ...Object.keys(COPIES)]);
    for (const first of [0, 7]) {
      const photograph = pictures[first];
      expect(photograph?.found.every(({ title }) => title === photograph.title)).toBe(true);
      const names = photograph?.found.map(({ copy }) => copy);
      expect(names).toEqual(
        expect.arrayContaining(["stored again, JPEG 60", "grey", "20 % brighter", "a quarter of the size"]),
      );
      expect(names).not.toContain("turned left to right");
      for (const { copy, representative } of pictures.slice(first, first + 7))
        expect([copy, representative === first]).toEqual([copy, copy === null || names?.includes(copy) === true]);
    }
  });
  test("the page says of each copy whether it was found, and names nobody as anything else", () => {
    const page = alikeDocument(pictures, 34);
    expect(page.match(/<li data-found="true">/g)?.length).toBeGreaterThanOrEqual(10);
    expect(page.match(/<li data-found="false">/g)?.length).toBeGreaterThanOrEqual(2);
    expect(page).toContain("More like “&#60;two&#62;”");
    expect(page).toContain("34 more photographs");
    expect(page).not.toMatch(/<two>|<script type/);
  });
  test("its addresses are answered, others are not", async () => {
    const catalogue = { folder, from: "a test", entries, skipped: [] };
    const server = createAlikeServer(catalogue, { "content-type": "text/html" });
    const get = async (path: string, method = "GET") => {
      let text = "";
      const response = { writeHead: () => response, end: (body: string) => void (text = body) };
      const isOurs = await server.handle(new URL(path, "http://page"), method, response as never);
      return isOurs ? text : null;
    };
    expect(await get("/alike")).toContain("More like “one”");
    expect([await get("/alike", "POST"), await get("/experiments"), await get("/toString")]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe("the sample experiment", () => {
  const log = sampleLog(["one", "two", "three", "<four>"]);
  test("has a line for each session, and clicks", () => {
    expect(log.match(/"kind":"assigned"/g)).toHaveLength(SESSIONS);
    expect(log.match(/"kind":"click"/g)?.length).toBeGreaterThan(500);
  });
  test("has a report with both plots that finds what was put into it", () => {
    const report = sampleReport(log);
    expect(report).toContain("Mates are clicked more often");
    expect(report.match(/<svg/g)).toHaveLength(2);
    expect(report).not.toMatch(/<script|<four>|NOT FAIR/);
    expect(report).toContain('<a href="/">');
    const labels = [...report.matchAll(/<\/title>([^<]+) \(\d+\)<\/text>/g)].map(([, label]) => label);
    expect(labels).toHaveLength(8);
    expect(labels).toEqual(expect.arrayContaining(["one · found", "one (copy) · mate"]));
  });
});

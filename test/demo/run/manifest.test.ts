/** The catalogue of the demo's run. */
import { expect, test } from "vitest";
import { FALSE_PICTURES, manifestPictures, manifestText, paceSettings, TERMS } from "../../../demo/run/manifest.ts";
import { SOURCES } from "../../../demo/sources/table.ts";
import { readLiveSettings } from "../../../src/live/liveSettings.ts";

const ORIGINS = {
  meadow: "http://m.test:1",
  lantern: "https://l.test:2",
  folio: "https://f.test:3",
  mayfly: "https://y.test:4",
};
const FILES = ["a.jpg", "b.jpg", "c.jpg"];

test("each picture has an address and an identifier of its own; each hundred has the shares of the table", () => {
  const pictures = manifestPictures(5_000, FILES, ORIGINS);
  expect(new Set(pictures.map(({ url }) => url)).size).toBe(5_000);
  expect(new Set(pictures.map(({ id }) => id)).size).toBe(5_000);
  expect(SOURCES.reduce((sum, { id }) => sum + TERMS[id].share, 0)).toBe(100);
  for (const at of [0, 1_700, 4_900]) {
    const some = pictures.slice(at, at + 100);
    for (const { id } of SOURCES) expect(some.filter(({ source }) => source === id)).toHaveLength(TERMS[id].share);
  }
});

test("some are gone, some are web pages, some are one pixel; the others are photographs in turn", () => {
  const files = manifestPictures(5_000, FILES, ORIGINS).map(({ file }) => file);
  const counts = FALSE_PICTURES.map(({ file }) => files.filter((one) => one === file).length);
  expect(counts).toEqual([50, 25, 20]);
  for (const file of FILES) expect(files.filter((one) => one === file).length).toBeGreaterThan(1_600);
});

test("the manifest is TSV with a header; the paces are settings that the Worker reads", () => {
  const [first] = manifestPictures(1, FILES, ORIGINS);
  expect(manifestText(first === undefined ? [] : [first])).toBe(`id\turl\npicture-0\t${first?.url}\n`);
  const { politeness } = readLiveSettings(paceSettings(ORIGINS));
  expect(politeness).toEqual({
    ...{ "m.test:1": TERMS.meadow.pace, "l.test:2": TERMS.lantern.pace },
    ...{ "f.test:3": TERMS.folio.pace, "y.test:4": TERMS.mayfly.pace },
  });
});

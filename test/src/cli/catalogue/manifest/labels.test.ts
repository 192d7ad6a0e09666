import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LabelJoin } from "../../../../../src/cli/catalogue/manifest/labels.ts";

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), "firstlight-labels-"))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** So many lines are read ahead here. */
const AHEAD = 2_000;

/** How many of the manifest's pictures find their line, of so many a chunk. */
async function joined(lines: readonly string[], pictures: readonly (number | string)[], chunk = 200) {
  const file = join(dir, "autotags");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  const join_ = new LabelJoin(file, () => undefined, AHEAD);
  let found = 0;
  for (let at = 0; at < pictures.length; at += chunk) {
    await join_.readAhead();
    for (const id of pictures.slice(at, at + chunk)) if (join_.take(String(id)).length > 0) found++;
  }
  await join_.finish();
  return { found, ...join_.counts };
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);
const tagged = (ids: readonly number[]) => ids.map((id) => `${id}\tsky:0.9`);
const MANY = 8 * AHEAD;

describe("a file of labels in the order of the manifest", () => {
  test("longer than what is read ahead", async () => {
    expect(await joined(tagged(upTo(MANY)), upTo(MANY))).toEqual({ found: MANY, withoutPicture: 0, unreadable: 0 });
  });
  test("with fewer lines than pictures, and lines of no picture", async () => {
    const file = tagged(upTo(MANY).filter((id) => id % 3 > 0));
    const pictures = upTo(MANY).filter((id) => id % 5 > 0);
    const both = upTo(MANY).filter((id) => id % 3 > 0 && id % 5 > 0).length;
    expect(await joined(file, pictures)).toMatchObject({ found: both, withoutPicture: file.length - both });
  });
  test("the manifest is a later piece of the whole", async () => {
    const { found } = await joined(tagged(upTo(4 * AHEAD)), upTo(AHEAD, 2 * AHEAD), 50);
    // The first chunks pass while it is looked for.
    expect(found).toBeGreaterThan(AHEAD * 0.9);
  });
  test("lines that are none", async () => {
    const lines = ["1\tsky:0.9,bad,x:2,:0.5,y:", "\tsky:1", "2\t", "3", "4\ta:b:0.5"];
    expect(await joined(lines, ["1", "2", "3", "4"])).toEqual({ found: 2, withoutPicture: 0, unreadable: 1 });
  });
});

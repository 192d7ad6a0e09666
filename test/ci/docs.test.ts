import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { imgproxyOptions, imgproxyRows, ownOptions, shortNamesOf } from "../../.ci/docs/imgproxy.ts";
import { documentationPages } from "../../.ci/docs/pages.ts";
import { withTables } from "../../.ci/docs/tables.ts";
import { Failure } from "../../src/errors.ts";
import { applyOption, DEFAULTS } from "../../src/request/options/applyOption.ts";
import { readOptions } from "../../src/request/options/readOptions.ts";

describe("the tables in docs/ are the ones the code runs on (else: node .ci/build-docs.ts)", () => {
  test.each(documentationPages())("%s", (name) => {
    const page = readFileSync(name, "utf8");
    expect(withTables(page)).toBe(page);
  });
  test("a block without a table is an error", () => {
    expect(() => withTables("<!-- generated: nothing -->\n<!-- end -->")).toThrow("No table is called nothing");
  });
});

const CLAIMING = ["docs/operator/security.md", "docs/inside/storage.md"] as const;

describe.each(CLAIMING)("every claim in %s has its test", (page) => {
  const text = readFileSync(page, "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && line.includes("`test/"));
  // In prose a title can have a line break.
  const proofs = [...text.matchAll(/`(test\/[\w/.-]+\.ts)`\s"([^"]+)"/g)].map(([, file = "", title = ""]) => [
    file,
    title.replace(/\s+/g, " "),
  ]);
  test("there are more than 15 claims, and each row names at least one test", () => {
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) expect(row).toMatch(/`test\/[\w/.-]+\.ts` "[^"]+"/);
  });
  test.each(proofs)("%s: %s", (file, title) => {
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, "utf8")).toContain(title);
  });
});

describe("docs/front-end/imgproxy.md", () => {
  const options = imgproxyOptions();
  test("knows every processing option of imgproxy's own builder", () => {
    expect(options.length).toBeGreaterThan(80);
    expect(options.flatMap(({ name }) => name)).toEqual(expect.arrayContaining(["resize", "watermark_text", "zoom"]));
  });
  test.each(imgproxyRows())("%s %s: %s", (name, _, here) => {
    const option = name.replaceAll("`", "");
    const answer = () => applyOption(DEFAULTS, `${option}:1`);
    if (here.startsWith("refused")) expect(answer).toThrow("option_unknown");
    else expect(here).toMatch(/^taken|^only with the value/);
  });
  test.each(imgproxyRows())("the parser knows %s and its short names, %s", (_, shorts, here) => {
    const names = [_, ...shorts.split(" ")].map((name) => name.replaceAll("`", "")).filter((name) => name !== "");
    for (const name of names) {
      expect([name, isKnown(name)]).toEqual([name, !here.startsWith("refused")]);
    }
  });
  test("every short name of imgproxy's builder is one here, but for a slip of its types", () => {
    const missing = options.flatMap(({ name, short }) =>
      short.filter((word) => !shortNamesOf(name).includes(word)).map((word) => `${name} ${word}`),
    );
    expect(missing).toEqual(["skip_processing sp"]);
    expect([shortNamesOf("skip_processing"), shortNamesOf("style")]).toEqual([["skp"], ["st", "stl"]]);
  });
  test("names the options that only we have", () => {
    const page = readFileSync("docs/front-end/imgproxy.md", "utf8");
    for (const name of ownOptions()) expect(page).toContain(`\`${name}\``);
  });
});

/** Whether the parser reads an option of this name, whatever it says about its arguments. */
function isKnown(name: string): boolean {
  try {
    readOptions([`${name}:`], { presets: [], allowSecurityOptions: true });
    return true;
  } catch (error) {
    return error instanceof Failure && error.reason !== "option_unknown";
  }
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { followSettingsFile, readSettingsFile } from "../../../../src/cli/edge/settingsFile.ts";
import { startEdge } from "../../../../src/cli/edge/start.ts";

const folder = mkdtempSync(join(tmpdir(), "firstlight-settings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe("readSettingsFile", () => {
  test("gives the text as it stands", () => {
    const text = '{ "allowedSources": ["a.test"] }\n';
    expect(readSettingsFile(fileWith("good.json", text))).toBe(text);
  });
  test.each([
    ["a wildcard over everything", '{"allowedSources":["*.com"]}', "line 1, column 20: allowedSources[0] is refused"],
    ["no JSON", "{", "line 1, column 2: not JSON"],
    ["an unknown field", '{"allowed":[]}', "line 1, column 2: allowed is not known here"],
    [
      "a region that is not deployed",
      '{"regions":{"colo:SYD":"eeur"}}',
      'line 1, column 24: regions.colo:SYD cannot be "eeur": deployed are enam, weur, apac, oc',
    ],
  ])("%s is said with the file's name", (_, text, problem) => {
    const file = fileWith("bad.json", text);
    expect(() => readSettingsFile(file)).toThrow(`--settings ${file}: live settings: ${problem}`);
  });
  test("a region that the edge's variables deploy is taken", () => {
    const file = fileWith("oc.json", '{"regions":{"colo:SYD":"oc"}}');
    expect(readSettingsFile(file, { REGIONS: "apac,oc" })).toContain("oc");
    expect(() => readSettingsFile(file, { REGIONS: "apac" })).toThrow("deployed are apac");
  });
  test("a file that is not there", () => {
    expect(() => readSettingsFile(join(folder, "none"))).toThrow(/^--settings cannot be read: ENOENT/);
  });
});

test("followSettingsFile takes changes over, and leaves out what cannot be read", { timeout: 30_000 }, async () => {
  const file = fileWith("followed.json", "{}");
  const puts: string[] = [];
  const lines: string[] = [];
  onTestFinished(
    followSettingsFile(
      file,
      async (text) => puts.push(text),
      (line) => lines.push(line),
    ),
  );
  await new Promise((wake) => setTimeout(wake, 700));
  expect([puts, lines]).toEqual([[], []]);
  writeFileSync(file, "{ broken");
  await expect.poll(() => lines, { timeout: 10_000 }).toEqual([expect.stringContaining("not taken over")]);
  writeFileSync(file, '{"regions":{"colo:MAD":"apac"}}');
  await expect.poll(() => puts, { timeout: 10_000 }).toEqual(['{"regions":{"colo:MAD":"apac"}}']);
  expect(lines[1]).toContain("taken over; it counts when what the Worker has is 20 s old");
});

test("an edge started with settings has them from its first request on", { timeout: 60_000 }, async () => {
  const edge = await startEdge({ settings: '{"regions":{"colo:MAD":"apac"}}' });
  onTestFinished(() => edge.stop());
  const regionIn = async (colo: string) => {
    const answer = await fetch(`${edge.url}/healthz`, { headers: { "x-firstlight-colo": colo } });
    return ((await answer.json()) as { region: string }).region;
  };
  expect([await regionIn("MAD"), await regionIn("BCN")]).toEqual(["apac", "weur"]);
});

test("an edge does not start with settings that the Worker refuses", { timeout: 60_000 }, async () => {
  await expect(startEdge({ settings: '{"regions":{"colo:MDA":"apac"}}' })).rejects.toThrow(
    'line 1, column 13: regions.colo:MDA names no place: "MDA" is no data centre of our table',
  );
});

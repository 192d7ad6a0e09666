import { describe, expect, test } from "vitest";
import { HttpsMemory, secureTwin, type UpgradeRules } from "../../../src/origin/https.ts";

const DAY = 86_400_000;
const rules = (changes: Partial<UpgradeRules> = {}): UpgradeRules => ({
  httpSources: "upgrade",
  loopback: false,
  asked: new Set(),
  memory: new HttpsMemory(),
  ...changes,
});
const remembering = new HttpsMemory();
remembering.notePlainOnly("old.test", true, 0);

describe("secureTwin", () => {
  test.each([
    ["an http source", "http://a.test/p?q=1", {}, "https://a.test/p?q=1"],
    ["an explicit port 80 is the scheme's own", "http://a.test:80/p", {}, "https://a.test/p"],
    ["HTTPS already", "https://a.test/p", {}, null],
    ["mode allow", "http://a.test/p", { httpSources: "allow" as const }, null],
    ["mode deny (refused before)", "http://a.test/p", { httpSources: "deny" as const }, null],
    ["a loopback source", "http://127.0.0.1:8080/p", { loopback: true }, null],
    ["a host known to have none", "http://old.test/p", { memory: remembering }, null],
    ["the twin sent us here", "http://a.test/p", { asked: new Set(["https://a.test/p"]) }, null],
    [
      "the twin of another path sent us here",
      "http://a.test/p",
      { asked: new Set(["https://a.test/"]) },
      "https://a.test/p",
    ],
  ])("%s", (_name, url, changes, expected) => {
    expect(secureTwin(new URL(url), rules(changes), 0)?.href ?? null).toBe(expected);
  });
});

describe("HttpsMemory", () => {
  test("a refusal is believed for a day, not longer", () => {
    const memory = new HttpsMemory();
    memory.notePlainOnly("a.test", true, 0);
    expect(memory.isPlainOnly("a.test", DAY - 1)).toBe(true);
    expect(memory.isPlainOnly("a.test", DAY)).toBe(false);
    expect(memory.size).toBe(0);
  });
  test("a time-out is believed for ten minutes", () => {
    const memory = new HttpsMemory();
    memory.notePlainOnly("a.test", false, 0);
    expect(memory.isPlainOnly("a.test", 599_999)).toBe(true);
    expect(memory.isPlainOnly("a.test", 600_000)).toBe(false);
  });
  test("a full memory forgets the host noted longest ago", () => {
    const memory = new HttpsMemory(2);
    for (const host of ["a", "b", "a", "c"]) memory.notePlainOnly(host, true, 0);
    expect(["a", "b", "c"].map((host) => memory.isPlainOnly(host, 1))).toEqual([true, false, true]);
  });
});

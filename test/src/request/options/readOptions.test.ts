import { describe, expect, test } from "vitest";
import { readConfig } from "../../../../src/context/readConfig.ts";
import { Failure } from "../../../../src/errors.ts";
import { canonicalOptions } from "../../../../src/request/canonical.ts";
import { readImageRequest } from "../../../../src/request/readImageRequest.ts";

const SOURCE = "plain/https://a.test/1.jpg";

async function keyOf(path: string, vars: Readonly<Record<string, string>>): Promise<string> {
  try {
    const config = readConfig({ ALLOWED_SOURCES: "a.test", KEEP_COPYRIGHT: "false", ...vars });
    return canonicalOptions(await readImageRequest(`https://img.test/unsafe/${path}`, "image/webp", config, 0));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error.reason, error.facts.option, error.facts.value, error.facts.limit].filter(Boolean).join(" ");
  }
}

const PRESETS = "sharp=sh:0.7,card=rs:fill:320:160/pr:sharp,grey=bg:888";

describe("presets", () => {
  test.each([["pr:sharp/w:320"], ["preset:sharp/w:320"], ["pr:card"], ["pr:sharp:grey/w:320"]])(
    "%s has the key of its options",
    async (path) => {
      const long = path
        .replace("pr:card", "rs:fill:320:160/sh:0.7")
        .replace("pr:sharp:grey", "sh:0.7/bg:888")
        .replace(/(pr|preset):sharp/, "sh:0.7");
      expect(await keyOf(`${path}/${SOURCE}`, { PRESETS })).toBe(await keyOf(`${long}/${SOURCE}`, {}));
      expect(await keyOf(`${path}/${SOURCE}`, { PRESETS })).toContain(path.includes("grey") ? "bg:" : "sh:0.7");
    },
  );
  test("what comes later counts", async () => {
    expect(await keyOf(`pr:sharp/sh:2/w:320/${SOURCE}`, { PRESETS })).toBe("sh:2/w:320/f:webp");
    expect(await keyOf(`sh:2/pr:sharp/w:320/${SOURCE}`, { PRESETS })).toBe("sh:0.7/w:320/f:webp");
  });
  test("`default` is part of every address, before its options", async () => {
    const vars = { PRESETS: "default=sh:1/w:320" };
    expect(await keyOf(SOURCE, vars)).toBe("sh:1/w:320/f:webp");
    expect(await keyOf(`sh:0/w:160/${SOURCE}`, vars)).toBe("w:160/f:webp");
  });
  test.each([
    ["pr:none", 'option_invalid preset (pr) "none" there is no such preset'],
    ["preset:none", 'option_invalid preset "none" there is no such preset'],
    ["pr:", 'option_invalid preset (pr) "" there is no such preset'],
  ])("%s: %s", async (path, wanted) => expect(await keyOf(`${path}/${SOURCE}`, { PRESETS })).toBe(wanted));
  test.each([
    ["a=nothing:1", 'PRESETS: in "a" option nothing is not taken here: there is no such option'],
    ["a=fl:1", 'PRESETS: in "a" option flip (fl) is not taken here: Only `rotate`'],
    ["a=w:x", 'PRESETS: in "a" option width (w) "x"'],
    ["a=pr:b,b=pr:a", 'PRESETS: in "a" option preset (pr) "a" it stands in itself'],
    ["a=w:1,a=w:2", 'PRESETS: "a" is there twice'],
    ["w:1", 'PRESETS: "w:1" is not name=option:argument'],
  ])("%s is no configuration", (presets, problem) => {
    const detailOf = () => {
      try {
        readConfig({ PRESETS: presets });
        return "";
      } catch (error) {
        return (error as Failure).detail ?? "";
      }
    };
    expect(detailOf()).toContain(problem);
  });
});

describe("only presets", () => {
  const vars = { PRESETS, ONLY_PRESETS: "true" };
  test("the first segment names them", async () => {
    expect(await keyOf(`card/${SOURCE}`, vars)).toBe("h:160/rt:fill/sh:0.7/w:320/f:webp");
    expect(await keyOf(`sharp:grey/${SOURCE}@png`, vars)).toContain("bg:136_136_136");
  });
  test.each([
    [`w:320/${SOURCE}`, 'option_invalid preset "w" there is no such preset'],
    [`card/w:320/${SOURCE}`, "url_invalid"],
    [SOURCE, "url_invalid"],
  ])("%s is refused", async (path, wanted) => expect(await keyOf(path, vars)).toContain(wanted.split(" preset")[0]));
});

import { describe, expect, test } from "vitest";
import { canonicalOptions } from "../../../../src/request/canonical.ts";
import { namedOptions } from "../../../../src/request/options/applyOption.ts";
import { WITHOUT_EFFECT } from "../../../../src/request/options/withoutEffect.ts";
import { build, failure, read, SOURCE, unsigned } from "../../../support/imgproxyRequests.ts";

describe("options that change nothing here", () => {
  const KEY_OF = async (path: string) => canonicalOptions(await unsigned(`${path}/plain/${SOURCE}`));
  test.each([
    ["what is always done", "sm:1/strip_metadata:true/kcr:/scp:t/strip_color_profile:1/cp:srgb/icc:srgb"],
    ["what is not here", "raw:0/raw:f/eth:0/enforce_thumbnail:false/exar:0/extend_ar:f/extend_aspect_ratio:0"],
    ["details of what is off", "exar:false:no:1:1/wm:0:ce:10:10:0.5"],
    ["nothing of an effect", "bl:0/blur:0.0/sh:0/pix:0/pd:0:0:0:0/padding:0/br:0/co:1/sa:1/bga:1/z:1/zoom:1:1"],
    ["no least and no most", "mw:0/min-width:0/mh:0/min-height:0/mb:0/max_bytes:0"],
    ["arguments left out", "sm:/scp:/raw:/bl:/pd::::/cp:"],
  ])("are taken: %s", async (_, options) => {
    expect(await KEY_OF(`/w:160/${options}`)).toBe(await KEY_OF("/w:160"));
    for (const option of options.split("/"))
      expect([option, await KEY_OF(`/w:160/${option}`)]).toEqual([option, await KEY_OF("/w:160")]);
  });
  test.each([
    ["sm:0", "option_invalid", "strip_metadata (sm)"],
    ["strip_metadata:f", "option_invalid", "strip_metadata"],
    ["scp:maybe", "option_invalid", "strip_color_profile (scp)"],
    ["cp:cmyk", "option_invalid", "color_profile (cp)"],
    ["icc:adobe", "option_invalid", "color_profile (icc)"],
    ["sm:maybe", "option_invalid", "strip_metadata (sm)"],
    ["eth:1", "option_invalid", "enforce_thumbnail (eth)"],
    ["co:0", "option_invalid", "contrast (co)"],
    ["wm:0.5", "option_invalid", "watermark (wm)"],
    ["brightness:1", "option_invalid", "brightness"],
    ["br:0x0", "option_invalid", "brightness (br)"],
    ["br:zero", "option_invalid", "brightness (br)"],
  ])("another value is refused: %s -> %s, %s", async (option, reason, name) => {
    const error = await failure(unsigned(`/${option}/plain/${SOURCE}`));
    expect([error.reason, error.facts.option]).toEqual([reason, name]);
  });
  test("none has the name of an option that we have, nor of another of them", () => {
    const names = Object.entries(WITHOUT_EFFECT).flatMap(([name, { short }]) => [name, ...short]);
    const ours = namedOptions().flatMap(({ name, short }) => [name, ...short]);
    expect(new Set([...names, ...ours]).size).toBe(names.length + ours.length);
  });
  test("the public builder writes them as they are read", async () => {
    const url = build({
      width: 160,
      strip_metadata: true,
      strip_color_profile: true,
      enforce_thumbnail: false,
      raw: false,
    });
    expect(canonicalOptions(await read(url))).toBe(canonicalOptions(await read(build({ width: 160 }))));
  });
});

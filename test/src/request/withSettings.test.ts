/** What the deployment makes of a request: the watermark, and limits that an address may only lower. */
import { describe, expect, test } from "vitest";
import { pathSigner } from "../../../src/client/url.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { Failure } from "../../../src/errors.ts";
import { refuseOverLimits } from "../../../src/policy/limits.ts";
import { canonicalOptions } from "../../../src/request/canonical.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";
import { PLAIN } from "../../support/transform.ts";

const KEYS = { SIGNING_KEYS: "736563726574", SIGNING_SALTS: "68656c6c6f", KEEP_COPYRIGHT: "false" };
const sign = pathSigner({ key: KEYS.SIGNING_KEYS, salt: KEYS.SIGNING_SALTS });

async function read(options: string, vars: Record<string, string> = {}) {
  const path = `/${options}/plain/https://example.org/a.png`;
  const url = `https://cdn.test/${sign(path)}${path}`;
  return readImageRequest(url, "image/webp", parseConfig({ ...KEYS, ...vars }), 0);
}
const refusal = (options: string, vars: Record<string, string> = {}) =>
  read(options, vars).then(
    () => "taken",
    ({ reason, facts }: Failure) => `${reason}: ${facts.option ?? facts.value} ${facts.limit ?? ""}`,
  );
const key = async (options: string, vars: Record<string, string> = {}) => canonicalOptions(await read(options, vars));

describe("a watermark", () => {
  const MARK = { WATERMARK_URL: "https://example.org/m.png" };
  test("has the deployment's address and opacity", async () => {
    const { transform } = await read("wm:0.5:soea:10:0.5:0.25", { ...MARK, WATERMARK_OPACITY: "0.5" });
    expect(transform.watermark).toEqual({
      opacity: 0.25,
      at: "soea",
      x: 10,
      y: 0.5,
      scale: 0.25,
      url: MARK.WATERMARK_URL,
    });
  });
  test("another address is another key, and so is another opacity; the same product is the same", async () => {
    const keys = [
      await key("wm:0.5", MARK),
      await key("wm:0.5", { WATERMARK_URL: "https://example.org/n.png" }),
      await key("wm:0.5", { ...MARK, WATERMARK_OPACITY: "0.5" }),
    ];
    expect(new Set(keys).size).toBe(3);
    expect(await key("wm:0.25", MARK)).toBe(keys[2]);
  });
  test("of which nothing would be seen is none", async () => {
    expect(await key("wm:0", MARK)).toBe("f:webp");
    expect(await key("wm:0")).toBe("f:webp");
    expect(await key("wm:0.5", { ...MARK, WATERMARK_OPACITY: "0" })).toBe("f:webp");
  });
  test.each([
    ["wm:0.5", {}, "option_invalid: watermark (wm) WATERMARK_URL is not set here"],
    ["wm:1.1", MARK, "option_invalid: watermark (wm) a number from 0 to 1"],
    ["wm:1:ch", MARK, "option_invalid: watermark (wm) one of ce, no, so, ea, we, noea, nowe, soea, sowe, re"],
    ["wm:1:ce:0:0:1.1", MARK, "option_invalid: watermark (wm) a number from 0 to 1"],
    ["wm:1:ce:0:0:1:0", MARK, "option_invalid: watermark (wm) five arguments"],
    ["wm:1:re:5:5:0.1", MARK, "taken"],
  ])("%s with %j: %s", async (options, vars, expected) => expect(await refusal(options, vars)).toBe(expected));
});

describe("security options", () => {
  const ON = { ALLOW_SECURITY_OPTIONS: "true" };
  const NAMES = [
    ...["max_src_resolution", "msr", "max_src_file_size", "msfs", "max_animation_frames", "maf"],
    ...["max_animation_frame_resolution", "mafr", "max_result_dimension", "mrd"],
  ];
  test.each(NAMES)("%s: 400 by name, unless they are allowed", async (name) => {
    expect(await refusal(`${name}:5`)).toBe(`option_invalid: ${name} ALLOW_SECURITY_OPTIONS is not true here`);
    expect(await refusal(`${name}:5`, { ALLOW_SECURITY_OPTIONS: "false" })).toMatch("option_invalid");
    expect(await refusal(`${name}:5`, ON)).toBe("taken");
  });
  test("in presets too", async () => {
    const preset = { PRESETS: "small=msr:1" };
    expect(await refusal("pr:small", { ...preset, ...ON })).toBe("taken");
    expect(await refusal("pr:small", preset)).toMatch("option_invalid: msr");
  });
  test("only lower a limit: one that is no lower changes nothing", async () => {
    const limits = {
      ...ON,
      MAX_SOURCE_PIXELS: "5000000",
      MAX_SOURCE_BYTES: "1000",
      MAX_RESULT_SIDE: "300",
      LADDER: "300",
    };
    const off = "msr:0/msfs:0/mafr:0/mrd:0/maf:0";
    for (const same of [
      off,
      "msr:5",
      "msr:6",
      "msfs:1000",
      "msfs:1001",
      "mafr:5",
      "mrd:300",
      "mrd:301",
      "maf:1",
      "maf:2",
    ])
      expect([same, await key(same, limits)]).toEqual([same, "f:webp"]);
    expect(await key("msr:4.999999/msfs:999/mafr:4/mrd:299", limits)).toBe(
      "mafr:4000000/mrd:299/msfs:999/msr:4999999/f:webp",
    );
  });
  test("frames are those of `disable_animation`'s key", async () => {
    const moving = { ...ON, MAX_ANIMATION_FRAMES: "50" };
    expect([await key("maf:20", moving), await key("maf:60", moving), await key("maf:1", moving)]).toEqual([
      "an:20/f:webp",
      "an:50/f:webp",
      "f:webp",
    ]);
  });
  test("a size that is certain to be over the limit is refused before the source is asked", async () => {
    expect(await refusal("mrd:100/rs:force:101:50:1", ON)).toBe("result_too_large: 101x50 100 px a side");
    expect(await refusal("mrd:100/rs:force:100:50:1", ON)).toBe("taken");
  });
  test.each(["msr:1", "msr:1000", "msfs:1", "mafr:1", "maf:1", "maf:9", "mrd:9"])(
    "%s: not without a signature",
    async (option) => {
      const url = `https://cdn.test/unsafe/${option}/plain/https://example.org/a.png`;
      const config = parseConfig({ ...ON, ALLOWED_SOURCES: "example.org" });
      await expect(readImageRequest(url, null, config, 0)).rejects.toMatchObject({ reason: "option_not_allowed" });
    },
  );
  test.each([
    ["pixels", { mostSourcePixels: 1200 }, [40, 30, 1, 9], [41, 30, 1, 9]],
    ["bytes", { mostSourceBytes: 9 }, [40, 30, 1, 9], [40, 30, 1, 10]],
    ["pixels of a frame", { mostFramePixels: 1200 }, [40, 30, 2, 9], [41, 30, 2, 9]],
    ["pixels of a frame, not of a still", { mostFramePixels: 1200 }, [41, 30, 1, 9], null],
    ["none", {}, [9_999, 9_999, 9, 9_999_999], null],
  ] as const)("a source at the limit passes, over it not: %s", (_, limits, at, over) => {
    const judge = ([width, height, frames, bytes]: readonly [number, number, number, number]) => {
      try {
        refuseOverLimits({ ...PLAIN, ...limits }, { width, height, frames }, bytes);
        return "passes";
      } catch (error) {
        return error instanceof Failure ? error.reason : error;
      }
    };
    expect([judge(at), over && judge(over)]).toEqual(["passes", over && "source_over_limit"]);
  });
});

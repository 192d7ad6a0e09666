import { describe, expect, test } from "vitest";
import { signedUrlSync } from "../../../../src/client/url.ts";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { Failure } from "../../../../src/errors.ts";
import { canonicalOptions } from "../../../../src/request/canonical.ts";
import { readImageRequest } from "../../../../src/request/readImageRequest.ts";
import { toBase64url } from "../../../../src/request/signing/base64url.ts";

const SIGNING = { key: "736563726574", salt: "68656c6c6f" };
const SIGNED = { SIGNING_KEYS: SIGNING.key, SIGNING_SALTS: SIGNING.salt };
const OPEN = { ALLOWED_SOURCES: "a.test" };
const SOURCE = "plain/https://a.test/b.jpg";

const keyOf = async (options: string, vars: Record<string, string> = {}) =>
  canonicalOptions(
    await readImageRequest(
      `https://img.test/unsafe/w:320/${options}${SOURCE}`,
      null,
      parseConfig({ ...OPEN, ...vars }),
      0,
    ),
  );

describe("KEEP_COPYRIGHT and keep_copyright in the key", () => {
  test.each([
    ["the setting is on by default", "", {}, "kcr:fetched/w:320/f:base"],
    ["the setting is on", "", { KEEP_COPYRIGHT: "true" }, "kcr:fetched/w:320/f:base"],
    ["off: the key of before there was one", "", { KEEP_COPYRIGHT: "false" }, "w:320/f:base"],
    ["the address says no", "kcr:0/", {}, "w:320/f:base"],
    ["the address asks for the original's", "kcr:1/", {}, "kcr:original/w:320/f:base"],
    ["the same, and the setting is off", "kcr:1/", { KEEP_COPYRIGHT: "false" }, "kcr:original/w:320/f:base"],
    ["an empty argument says nothing", "kcr:/", {}, "kcr:fetched/w:320/f:base"],
  ])("%s", async (_, options, vars, key) => expect(await keyOf(options, vars)).toBe(key));

  test("no live setting can change it", () => {
    expect(parseConfig({ KEEP_COPYRIGHT: "false" }).keepCopyright).toBe(false);
    expect(parseConfig({}).keepCopyright).toBe(true);
  });
});

describe("license", () => {
  const signed = async (options: string) => {
    const config = parseConfig(SIGNED);
    const { hmacSha256 } = await import("../../../../src/client/hmac.ts");
    const bytes = (text: string) => new TextEncoder().encode(text);
    const path = `/${options}/${SOURCE}`;
    const signature = toBase64url(hmacSha256(bytes("secret"), bytes(`hello${path}`)));
    return (await readImageRequest(`https://img.test/${signature}${path}`, null, config, 0)).transform.license;
  };
  const encoded = (text: string) => toBase64url(new TextEncoder().encode(text));

  test.each([
    ["two texts", "license:by-4.0:creator:Jane", { license: "by-4.0", creator: "Jane" }],
    ["escapes", "license:CC%20BY:creator:%C5%BDofie", { license: "CC BY", creator: "Žofie" }],
    ["no creator", "license:CC0", { license: "CC0", creator: "" }],
    ["no licence", "license::creator:Jane", { license: "", creator: "Jane" }],
    ["neither", "license::creator:", null],
    [
      "an address in base64url",
      `license:${encoded("https://creativecommons.org/licenses/by/4.0/")}:creator:${encoded("Jane: <b>")}:t`,
      { license: "https://creativecommons.org/licenses/by/4.0/", creator: "Jane: <b>" },
    ],
    ["200 characters", `license:${"a".repeat(200)}`, { license: "a".repeat(200), creator: "" }],
  ])("%s", async (_, options, wanted) => expect(await signed(options)).toEqual(wanted));

  test.each([
    ["201 characters", `license:${"a".repeat(201)}`],
    ["a control character", "license:a%0Ab"],
    ["a lone surrogate", "license:%ED%A0%80"],
    ["an address that is not encoded", "license:https://a.test:creator:Jane"],
    ["another word", "license:by:author:Jane"],
    ["base64url that is none", "license:a%20b:creator:Jane:t"],
  ])("is refused: %s", async (_, options) => {
    await expect(signed(options)).rejects.toMatchObject({
      reason: expect.stringMatching(/^(option|url|source)_invalid$/),
    });
  });

  test("needs a signature", async () => {
    const error = await keyOf("license:by:creator:Jane/").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ reason: "option_not_allowed", facts: { option: "license" } });
    expect(await keyOf("license::creator:/")).toBe("kcr:fetched/w:320/f:base");
  });

  test("an address signed by the client is as good", async () => {
    const url = signedUrlSync("https://img.test", "https://a.test/b.jpg", {}, SIGNING);
    expect((await readImageRequest(url, null, parseConfig(SIGNED), 0)).transform.license).toBeNull();
  });
});

import { describe, expect, test } from "vitest";
import { readKeyLists, setKeys, withNewPair, withoutOldPairs } from "../../../../src/cli/keys/rotate.ts";
import { readConfig } from "../../../../src/context/readConfig.ts";
import { isSigned, signPath } from "../../../../src/request/signing/signature.ts";
import { quickWrangler } from "../../../support/platform/wrangler.ts";
import { startPlatform } from "../../../support/platform.ts";

const ENV = { SIGNING_KEYS: "736563726574", SIGNING_SALTS: "68656c6c6f" };
const random = (bytes: number) => new Uint8Array(bytes).fill(7);
const pairsOf = (lists: ReturnType<typeof readKeyLists>) =>
  readConfig({ SIGNING_KEYS: lists.keys.join(","), SIGNING_SALTS: lists.salts.join(",") }).signingPairs;

describe("a rotation", () => {
  test("before, between and after: which signatures the Worker accepts", async () => {
    const before = readKeyLists(ENV);
    const between = withNewPair(before, random);
    const after = withoutOldPairs(between);
    const [oldPair, newPair] = pairsOf(between);
    if (oldPair === undefined || newPair === undefined) throw new Error("two pairs are expected");
    const [oldSignature, newSignature] = await Promise.all([signPath("/a", oldPair), signPath("/a", newPair)]);
    const accepted = async (lists: typeof before) =>
      Promise.all([oldSignature, newSignature].map((one) => isSigned(one, "/a", pairsOf(lists), 32)));
    expect(await accepted(before)).toEqual([true, false]);
    expect(await accepted(between)).toEqual([true, true]);
    expect(await accepted(after)).toEqual([false, true]);
  });
  test("a single pair cannot be retired", () => {
    expect(() => withoutOldPairs(readKeyLists(ENV))).toThrow("There is one pair only");
  });
  test.each([
    ["nothing is set", {}, "Set SIGNING_KEYS and SIGNING_SALTS"],
    ["a salt is missing", { SIGNING_KEYS: "aa,bb", SIGNING_SALTS: "cc" }, "come in pairs, not 2 and 1"],
    ["no hex", { SIGNING_KEYS: "secret!", SIGNING_SALTS: "cc" }, "must be hex"],
    ["half a byte", { SIGNING_KEYS: "aab", SIGNING_SALTS: "cc" }, "must be hex"],
  ])("%s: refused, without the values", (_, env, message) => {
    expect(() => readKeyLists(env)).toThrow(message);
    expect(() => readKeyLists(env)).not.toThrow(/secret!|aab/);
  });
  test("both secrets change in one version", async () => {
    await using platform = await startPlatform();
    const script = { secrets: new Map([["WARM_SECRET", "stays"]]), versions: [], deployed: [], metadata: {} };
    platform.account.scripts.set("firstlight", script);
    await setKeys({ keys: ["aa", "bb"], salts: ["cc", "dd"] }, "firstlight", quickWrangler(platform, "."));
    expect(Object.fromEntries(script.secrets)).toEqual({
      WARM_SECRET: "stays",
      SIGNING_KEYS: "aa,bb",
      SIGNING_SALTS: "cc,dd",
    });
    expect(script.versions).toHaveLength(1);
  });
});

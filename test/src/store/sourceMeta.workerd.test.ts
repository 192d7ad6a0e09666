import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { parseSourceMeta, readSourceMeta, type SourceMeta, writeSourceMeta } from "../../../src/store/sourceMeta.ts";
import { brokenService } from "../../support/brokenService.ts";
import { NOW } from "../../support/stored.ts";

const FACTS: SourceMeta = {
  sourceHash: "0badcafe",
  at: NOW,
  width: 4000,
  height: 3000,
  orientation: 6,
  format: "jpeg",
  bytes: 5_000_000,
  etag: '"abc"',
  lastModified: null,
};

describe("facts", () => {
  test.each([
    ["required only", FACTS],
    ["with colour and ThumbHash", { ...FACTS, colour: "#a0b0c0", thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI" }],
  ])("round trip through KV: %s", async (name, facts) => {
    await writeSourceMeta(env.THUMBS, `f/${name}`, facts);
    expect(await readSourceMeta(env.THUMBS, `f/${name}`, 0)).toEqual(facts);
  });

  test("an unknown source has none", async () => {
    expect(await readSourceMeta(env.THUMBS, "f/none", 0)).toBeNull();
  });

  test.each([
    [NOW, true],
    [NOW + 1, false],
  ])("purge epoch %i: known %s", async (since, known) => {
    await writeSourceMeta(env.THUMBS, "f/e", FACTS);
    expect((await readSourceMeta(env.THUMBS, "f/e", since)) !== null).toBe(known);
  });

  test("a KV that hangs rejects", async () => {
    const hung = { get: () => new Promise(() => {}) } as unknown as KVNamespace;
    await expect(readSourceMeta(hung, "f/x", 0)).rejects.toThrow("No answer within");
  });

  test("a failing KV rejects", async () => {
    await expect(readSourceMeta(brokenService(env.THUMBS), "f/x", 0)).rejects.toThrow();
  });

  test("fields of a newer Worker are dropped", () => {
    expect(parseSourceMeta(JSON.stringify({ ...FACTS, later: 1 }))).toEqual(FACTS);
  });

  test.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["a text", '"x"'],
    ["null", "null"],
    ["no version", JSON.stringify({ ...FACTS, v: undefined })],
    ["a width of 0", JSON.stringify({ ...FACTS, width: 0 })],
    ["a width in text", JSON.stringify({ ...FACTS, width: "4000" })],
    ["a fraction of a pixel", JSON.stringify({ ...FACTS, height: 1.5 })],
    ["orientation 0", JSON.stringify({ ...FACTS, orientation: 0 })],
    ["orientation 9", JSON.stringify({ ...FACTS, orientation: 9 })],
    ["an unknown format", JSON.stringify({ ...FACTS, format: "toString" })],
    ["an etag that is a number", JSON.stringify({ ...FACTS, etag: 5 })],
  ])("cannot be read: %s", (_name, text) => expect(parseSourceMeta(text)).toBeNull());
});

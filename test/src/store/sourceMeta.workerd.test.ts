import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  generationOf,
  parseSourceMeta,
  readSourceMeta,
  type SourceMeta,
  type VariantMeta,
  withVariant,
  writeSourceMeta,
} from "../../../src/store/sourceMeta.ts";
import { brokenService } from "../../support/brokenService.ts";
import { NOW } from "../../support/stored.ts";

const ORIGINAL: VariantMeta = {
  hash: "0badcafe",
  at: NOW,
  width: 4000,
  height: 3000,
  orientation: 6,
  format: "jpeg",
  bytes: 5_000_000,
  etag: '"abc"',
  lastModified: null,
};
const META: SourceMeta = { generation: 1, at: NOW, variants: { original: ORIGINAL } };

describe("source metadata", () => {
  test.each([
    ["required only", META],
    ["with the original's size from elsewhere", { ...META, size: { width: 4000, height: 3000 } }],
    ["with an image server's word", { ...META, described: { at: NOW, text: "{}" } }],
    ["with the word that there is none", { ...META, described: { at: NOW, text: null } }],
    [
      "with a cropped variant and hashes seen lately",
      {
        ...META,
        variants: { "flickr.q": { ...ORIGINAL, crops: true } },
        seen: { "flickr.q": ["0badcafe", "00000001"] },
      } as const,
    ],
    ["with colour and ThumbHash", { ...META, colour: "#a0b0c0", thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI" }],
  ])("round trip through KV: %s", async (name, meta) => {
    await writeSourceMeta(env.THUMBS, `2/f/${name}`, meta);
    expect(await readSourceMeta(env.THUMBS, `2/f/${name}`, 0)).toEqual(meta);
  });

  test("an unknown source has none", async () => {
    expect(await readSourceMeta(env.THUMBS, "2/f/none", 0)).toBeNull();
  });

  test.each([
    [NOW, true],
    [NOW + 1, false],
  ])("purge epoch %i: known %s", async (since, known) => {
    await writeSourceMeta(env.THUMBS, "2/f/e", META);
    expect((await readSourceMeta(env.THUMBS, "2/f/e", since)) !== null).toBe(known);
  });

  test("a KV that hangs rejects", async () => {
    const hung = { get: () => new Promise(() => {}) } as unknown as KVNamespace;
    await expect(readSourceMeta(hung, "2/f/x", 0)).rejects.toThrow("No answer within");
  });

  test("a failing KV rejects", async () => {
    await expect(readSourceMeta(brokenService(env.THUMBS), "2/f/x", 0)).rejects.toThrow();
  });

  test("fields of a newer Worker are dropped", () => {
    const variants = { original: { ...ORIGINAL, later: 1 } };
    expect(parseSourceMeta(JSON.stringify({ ...META, variants, later: 1 }))).toEqual(META);
  });

  test.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["a text", '"x"'],
    ["null", "null"],
    ["schema 1", JSON.stringify({ ...ORIGINAL, v: "0badcafe" })],
    ["no generation", JSON.stringify({ ...META, generation: undefined })],
    ["generation 0", JSON.stringify({ ...META, generation: 0 })],
    ["no time", JSON.stringify({ ...META, at: undefined })],
    ["no variants", JSON.stringify({ ...META, variants: undefined })],
    ["none of its variants can be read", JSON.stringify({ ...META, variants: {} })],
  ])("cannot be read: %s", (_name, text) => expect(parseSourceMeta(text)).toBeNull());

  test.each([
    ["no variant", null],
    ["no hash", { ...ORIGINAL, hash: undefined }],
    ["a hash in capitals", { ...ORIGINAL, hash: "0BADCAFE" }],
    ["no time", { ...ORIGINAL, at: undefined }],
    ["a width of 0", { ...ORIGINAL, width: 0 }],
    ["a width in text", { ...ORIGINAL, width: "4000" }],
    ["a fraction of a pixel", { ...ORIGINAL, height: 1.5 }],
    ["a length of 0", { ...ORIGINAL, bytes: 0 }],
    ["orientation 0", { ...ORIGINAL, orientation: 0 }],
    ["orientation 9", { ...ORIGINAL, orientation: 9 }],
    ["an unknown format", { ...ORIGINAL, format: "toString" }],
    ["an etag that is a number", { ...ORIGINAL, etag: 5 }],
  ])("a variant that cannot be read leaves the others: %s", (_name, bad) => {
    expect(parseSourceMeta(JSON.stringify({ ...META, variants: { bad } }))).toBeNull();
    expect(parseSourceMeta(JSON.stringify({ ...META, variants: { ...META.variants, bad } }))).toEqual(META);
  });
});

describe("generations", () => {
  const SMALL: VariantMeta = { ...ORIGINAL, hash: "00000005", width: 1200, height: 900 };
  const BOTH: SourceMeta = {
    ...{ generation: 3, at: NOW, colour: "#a0b0c0", thumbhash: "1QcSHQ" },
    variants: { original: ORIGINAL, "1200px": SMALL },
  };
  const later = (meta: VariantMeta, hash: string): VariantMeta => ({ ...meta, hash, at: NOW + 5 });

  test.each([
    ["nothing is known", null, "original", later(ORIGINAL, "00000009"), 1, ["original"]],
    ["the same bytes", BOTH, "original", later(ORIGINAL, "0badcafe"), 3, ["1200px", "original"]],
    ["other bytes of the same variant", BOTH, "original", later(ORIGINAL, "00000009"), 4, ["original"]],
    ["other bytes of the smaller variant", BOTH, "1200px", later(SMALL, "00000009"), 4, ["1200px"]],
    ["a variant that is new", BOTH, "330px", later(SMALL, "00000009"), 3, ["1200px", "330px", "original"]],
    [
      "the bytes of one variant under the name of another",
      META,
      "1200px",
      later(SMALL, "0badcafe"),
      1,
      ["1200px", "original"],
    ],
  ] as const)("%s", (_name, known, variant, fetched, generation, variants) => {
    expect(generationOf(known, variant, fetched.hash)).toBe(generation);
    const after = withVariant(known, variant, fetched);
    expect(after.generation).toBe(generation);
    expect(Object.keys(after.variants).sort()).toEqual(variants);
    expect(after.variants[variant]).toEqual(fetched);
    // The time is that of the generation, and what was worked out from its pixels goes with it.
    const isNew = generation !== known?.generation;
    expect(after.at).toBe(isNew ? NOW + 5 : NOW);
    expect([after.colour, after.thumbhash]).toEqual(isNew ? [undefined, undefined] : [known?.colour, known?.thumbhash]);
    expect(parseSourceMeta(JSON.stringify(after))).toEqual(after);
  });
});

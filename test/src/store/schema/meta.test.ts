import { describe, expect, test } from "vitest";
import { isUnder } from "../../../../src/store/purge.ts";
import { decodeMeta, decodeProvenance, encodeMeta, encodeProvenance } from "../../../../src/store/schema/meta.ts";
import type { StoredMeta } from "../../../../src/store/tiers/tier.ts";
import { FINAL, metaOf, NOW, provenanceOf } from "../../../support/stored.ts";

const WHOLE = { quality: 80, sourceWidth: 4000, sourceHeight: 3000 };
const LONG_SOURCE = `https://a.test/${"x".repeat(20_000)}`;
const LONG_FINAL = `https://b.test/${"y".repeat(20_000)}`;
const finalAt = (url: string) => ({ host16: "0123456789abcdef", source32: "fedcba98".repeat(4), url, complete: true });

/** So many addresses on the way. */
const viaOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ host16: String(n).repeat(16), source32: "ab".repeat(16) }));

/** One value other than the default for each field, so that a new field needs a row. */
const FULL = {
  source: "https://a.test/1.jpg",
  final: { ...finalAt("https://b.test/2.jpg"), via: viaOf(1) },
  variant: "wikimedia:1200px",
  sourceHash: "0badcafe",
  generation: 12,
  storedAt: NOW,
  freshUntil: NOW + 86_400_000,
  etag: "0123456789abcdef",
  format: "jpeg",
  width: 4096,
  height: 2160,
  frames: 250,
  sourceFrames: 251,
  cut: true,
  maker: "12-libwebp1.6.0-rc.1",
  whole: WHOLE,
} as const satisfies Required<StoredMeta>;

const FIELDS = Object.keys(FULL) as (keyof StoredMeta)[];

describe("encodeMeta and decodeMeta", () => {
  test.each([
    ["all required fields", metaOf()],
    ["every field", FULL],
    ["a whole picture of default quality", metaOf({ whole: { ...WHOLE, quality: 0 } })],
    ["a whole picture of quality 80", metaOf({ whole: WHOLE })],
    ["a whole picture with rights", metaOf({ whole: { ...WHOLE, rights: true } })],
    ["a whole picture of a still", metaOf({ whole: { ...WHOLE, still: true } })],
    ["a whole picture of a still, with rights", metaOf({ whole: { ...WHOLE, rights: true, still: true } })],
    ["every mark", metaOf({ variant: "flickr.z", whole: { ...WHOLE, rights: true, still: true, of: "variant" } })],
    ["an animation with all its frames", metaOf({ frames: 12 })],
    ["the first frames of a longer one", metaOf({ frames: 12, sourceFrames: 3000 })],
    ["a still of an animation that is too large to move", metaOf({ sourceFrames: 3000 })],
    ["a whole picture made of a variant", metaOf({ variant: "flickr.z", whole: { ...WHOLE, of: "variant" } })],
    ["a source with every kind of sign", metaOf({ source: "https://h.test/%22%5C'(*)?a=b\\c&d=%E2%82%AC" })],
    ["no source", metaOf({ source: "" })],
    [
      "as many addresses on the way as there can be",
      metaOf({ final: { ...finalAt("https://b.test/2"), via: viaOf(9) } }),
    ],
  ])("round trip: %s", (_name, meta) => {
    expect(decodeMeta(encodeMeta(meta, 1024))).toEqual(meta);
  });

  describe.each([
    ["KV", 1024],
    ["R2", 2048],
  ])("in the %s metadata of %i bytes, with two addresses of 20 000 characters", (_name, max) => {
    const meta = { ...FULL, source: LONG_SOURCE, final: finalAt(LONG_FINAL) };
    const record = encodeMeta(meta, max);
    const read = decodeMeta(record);

    test.each(FIELDS.filter((field) => field !== "source" && field !== "final"))("%s is whole", (field) => {
      expect(read?.[field]).toEqual(meta[field]);
    });
    test("both addresses are cut, the hashes of the final one are whole, and it says so", () => {
      expect(read?.final).toMatchObject({ ...finalAt(""), url: expect.any(String), complete: false });
      const [source = "", final = ""] = [read?.source, read?.final.url];
      expect([LONG_SOURCE.startsWith(source), LONG_FINAL.startsWith(final)]).toEqual([true, true]);
      expect(Math.min(source.length, final.length)).toBeGreaterThan(max / 4);
    });
    test("all room is used, and no more", () => {
      const { length } = JSON.stringify(record);
      expect(length).toBeLessThanOrEqual(max);
      expect(length).toBeGreaterThan(max - 20);
    });
    test("a purge by a prefix longer than what is left still deletes it", () => {
      expect(isUnder(read?.source ?? "", `${LONG_SOURCE}/`)).toBe(true);
    });
  });

  test.each([
    ["not redirected, short", "https://a.test/1.jpg", null, true],
    ["not redirected, long", LONG_SOURCE, null, false],
    ["a short source and a short final address", "https://a.test/1.jpg", "https://b.test/2.jpg", true],
    ["a long source leaves a short final address whole", LONG_SOURCE, "https://b.test/2.jpg", true],
    ["a short source leaves room for more than half", "https://a.test/1.jpg", LONG_FINAL.slice(0, 480), true],
    ["a short source and a long final address", "https://a.test/1.jpg", LONG_FINAL, false],
  ])("is the final address complete: %s", (_name, source, final, complete) => {
    const read = decodeMeta(encodeMeta(metaOf({ source, final: { ...FINAL, url: final ?? source } }), 1024));
    expect(read?.final.complete).toBe(complete);
    expect(read?.final.url === (final ?? source)).toBe(complete);
  });

  test("an address that was cut stays cut when a copy has room for it", () => {
    const once = decodeMeta(encodeMeta(metaOf({ final: finalAt(LONG_FINAL) }), 1024));
    if (once === null) throw new Error("not readable");
    expect(decodeMeta(encodeMeta(once, 8192))).toEqual(once);
  });

  test("in KV, with all that can be long, each address keeps the bytes that tell a purge that it was cut", () => {
    const final = { ...finalAt(LONG_FINAL), via: viaOf(9) };
    const read = decodeMeta(encodeMeta({ ...FULL, source: LONG_SOURCE, final }, 1024));
    expect(read?.final.via).toEqual(final.via);
    for (const [text, whole] of [
      [read?.source ?? "", LONG_SOURCE],
      [read?.final.url ?? "", LONG_FINAL],
    ] as const) {
      expect(text).not.toBe(whole);
      expect(isUnder(text, whole)).toBe(true);
    }
  });

  test.each([1024, 2048])("the JSON never exceeds %i bytes, whatever the addresses", (max) => {
    for (const sign of ["x", "\\", "%5C"]) {
      for (const length of [10, max - 200, max, max * 20]) {
        const source = `https://a.test/?${sign.repeat(length)}`;
        for (const url of [source, "https://b.test/2.jpg", `https://b.test/?${sign.repeat(length)}`]) {
          const record = encodeMeta({ ...FULL, source, final: finalAt(url) }, max);
          expect(JSON.stringify(record).length).toBeLessThanOrEqual(max);
          const read = decodeMeta(record);
          expect(source.startsWith(read?.source ?? "no")).toBe(true);
          expect(read?.final.complete).toBe(read?.final.url === url);
          expect(isUnder(read?.source ?? "", `${source}/`)).toBe(read?.source !== source || length > 300);
        }
      }
    }
  });

  test("a value that is the default writes no field", () => {
    expect(Object.keys(encodeMeta(metaOf(), 1024)).sort()).toEqual(
      [...REQUIRED, "source"].sort((a, b) => a.localeCompare(b)),
    );
  });
});

const REQUIRED = [
  ...["variant", "hash", "gen", "at", "fresh", "fhost", "fsource"],
  ...["etag", "format", "width", "height", "maker"],
];
const OPTIONAL = ["source", "final", "fcut", "via", "frames", "of", "cut", "whole"];

describe("what cannot be read", () => {
  const record = encodeMeta({ ...FULL, final: { ...finalAt(LONG_FINAL), via: viaOf(2) } }, 1024);
  const without = (name: string) => Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));

  test("the two lists hold every name of a record", () => {
    expect(Object.keys(record).sort()).toEqual([...REQUIRED, ...OPTIONAL].sort());
  });
  test.each(REQUIRED)("no %s", (name) => expect(decodeMeta(without(name))).toBeNull());
  test.each(OPTIONAL)("%s may be missing", (name) => expect(decodeMeta(without(name))).not.toBeNull());
  test.each(REQUIRED)("an empty %s", (name) => expect(decodeMeta({ ...record, [name]: "" })).toBeNull());

  const plain = encodeMeta(metaOf(), 1024);
  const schema1 = {
    ...{ v: "0badcafe", etag: "0123456789abcdef", format: "webp", width: "640", height: "480" },
    ...{ at: String(NOW), fresh: String(NOW + 1), source: "https://a.test/1.jpg" },
  };
  test.each([
    ["null", null],
    ["a text", "x"],
    ["a list", []],
    ["a record of schema 1", schema1],
    ["a record of schema 1 with the new name of its hash", { ...schema1, hash: "0badcafe" }],
    ["numbers where texts belong", { ...plain, width: 640 }],
    ["a negative width", { ...plain, width: "-1" }],
    ["a zero height", { ...plain, height: "0" }],
    ["generation 0", { ...plain, gen: "0" }],
    ["no frame", { ...plain, frames: "0" }],
    ["a time in exponents", { ...plain, at: "1e12" }],
    ["a number of 16 digits", { ...plain, fresh: "1234567890123456" }],
    ["a hash in capitals", { ...plain, hash: "0BADCAFE" }],
    ["a final host's hash that is a digit short", { ...plain, fhost: "0".repeat(15) }],
    ["a final source's hash that is a digit long", { ...plain, fsource: "0".repeat(33) }],
    ["an address on the way that is a digit short", { ...plain, via: "0".repeat(47) }],
    ["an address on the way in capitals", { ...plain, via: "A".repeat(48) }],
    ["ten addresses on the way", { ...plain, via: "0".repeat(480) }],
    ["a maker with a space", { ...plain, maker: "1 libwebp" }],
    ["an unknown format", { ...plain, format: "toString" }],
  ])("%s", (_name, bad) => expect(decodeMeta(bad)).toBeNull());

  test("fields of a newer Worker are ignored", () => {
    expect(decodeMeta({ ...plain, later: "thing", v: "0badcafe" })).toEqual(metaOf());
  });

  test.each(["yes", "80", "80,4000", "80,0,3000", "80,4000,3000,1", "-1,4000,3000"])(
    "a `whole` of %s makes no sense: nothing derives from the picture, which is served all the same",
    (whole) => expect(decodeMeta({ ...encodeMeta(metaOf({ whole: WHOLE }), 1024), whole })).toEqual(metaOf()),
  );
});

describe("encodeProvenance and decodeProvenance", () => {
  const from = provenanceOf({ ...{ variant: "1200px", generation: 3 }, final: finalAt("https://b.test/2.jpg") });
  test("round trip", () => expect(decodeProvenance(encodeProvenance(from, 1800))).toEqual(from));
  test("are the part of a rendition's record that says where its bytes came from", () => {
    const record = encodeMeta(metaOf(from), 1800);
    expect(record).toMatchObject(encodeProvenance(from, 1800));
    expect(decodeProvenance(record)).toEqual(from);
    expect(decodeMeta(encodeProvenance(from, 1800))).toBeNull();
  });
});

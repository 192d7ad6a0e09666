import { describe, expect, test } from "vitest";
import type { Size } from "../../../../src/image/picture.ts";
import { candidatesFor, infoUrlOf } from "../../../../src/origin/providers/candidates.ts";
import { type Known, NOTHING_KNOWN } from "../../../../src/origin/providers/rule.ts";
import type { Transform } from "../../../../src/request/transform.ts";
import { PLAIN } from "../../../support/transform.ts";
import { ALL_RULES, DEFAULT_RULES } from "./rules.ts";

const FLICKR = "https://live.staticflickr.com/65535/49514275848_981f23e5ea_b.jpg";
const WIKIMEDIA = "https://upload.wikimedia.org/wikipedia/commons/a/ab/Example.jpg";

function variants(source: string, wish: Partial<Transform>, known: Partial<Known> = {}): readonly string[] {
  const list = candidatesFor(source, { ...PLAIN, ...wish }, { ...NOTHING_KNOWN, ...known }, ALL_RULES);
  return list.map(({ variant }) => variant);
}

const size = (width: number, height: number): Size => ({ width, height });

describe("the smallest rendition that leaves enough, then upwards, then the original", () => {
  const rows = [
    ["exactly a size", FLICKR, { width: 640 }, {}, ["flickr.z", "flickr.c", "original"]],
    ["one pixel more", FLICKR, { width: 642 }, {}, ["flickr.c", "original"]],
    ["a size that every photo has ends the ladder", FLICKR, { width: 500 }, {}, ["flickr.500", "original"]],
    [
      "sizes that may be missing are stepped over",
      FLICKR,
      { width: 320 },
      {},
      ["flickr.n", "flickr.w", "flickr.500", "original"],
    ],
    ["device pixels count", FLICKR, { width: 320, dpr: 2 }, {}, ["flickr.z", "flickr.c", "original"]],
    ["larger than every size below the source", FLICKR, { width: 801 + 2 }, {}, ["original"]],
    ["no size at all: the whole picture", FLICKR, {}, {}, ["original"]],
    ["a tall wish of a wide picture", FLICKR, { height: 320 }, {}, ["flickr.500", "original"]],
    ["a box: the side that binds", FLICKR, { width: 640, height: 640 }, {}, ["flickr.z", "flickr.c", "original"]],
    [
      "a picture that covers the box needs both sides",
      FLICKR,
      { resize: "outside", width: 320, height: 320 },
      {},
      ["flickr.500", "original"],
    ],
    [
      "an extended canvas takes no pixels",
      FLICKR,
      { width: 240, height: 900, extend: { kind: "compass", at: "ce", x: 0, y: 0 } },
      {},
      ["flickr.m", "original"],
    ],
    ["a fill needs both sides", FLICKR, { resize: "fill", width: 320, height: 320 }, {}, ["flickr.500", "original"]],
    [
      "half of the width needs twice the pixels",
      FLICKR,
      { width: 320, crop: { width: 0.5, height: 0, gravity: null } },
      {},
      ["flickr.z", "flickr.c", "original"],
    ],
    ["a tall shape that leaves only the original", FLICKR, { width: 640 }, { shape: size(427, 640) }, ["original"]],
    ["a tall shape that is known", FLICKR, { width: 320 }, { shape: size(2, 3) }, ["flickr.500", "original"]],
    ["a quarter turn of a wide picture", FLICKR, { width: 320, rotate: 90 }, {}, ["flickr.500", "original"]],
    [
      "a quarter turn of a tall picture",
      FLICKR,
      { width: 320, rotate: 90 },
      { shape: size(2, 3) },
      ["flickr.n", "flickr.w", "flickr.500", "original"],
    ],
    [
      "no rendition as large as the original",
      FLICKR,
      { width: 320 },
      { original: size(400, 300) },
      ["flickr.n", "original"],
    ],
    ["an original that is smaller than the wish", FLICKR, { width: 640 }, { original: size(600, 400) }, ["original"]],
    ["Wikimedia: a step", WIKIMEDIA, { width: 960 }, {}, ["wikimedia.960", "wikimedia.960", "original"]],
    ["Wikimedia: over a step", WIKIMEDIA, { width: 962 }, {}, ["wikimedia.1280", "wikimedia.1280", "original"]],
    [
      "Wikimedia: the step must be below the width",
      WIKIMEDIA,
      { width: 640 },
      { original: size(961, 640) },
      ["wikimedia.960", "wikimedia.960", "original"],
    ],
    [
      "Wikimedia: a step as wide as the original",
      WIKIMEDIA,
      { width: 640 },
      { original: size(960, 640) },
      ["original"],
    ],
    ["an address of nobody", "https://example.net/a.jpg", { width: 640 }, {}, ["original"]],
  ] as const satisfies readonly (readonly [string, string, Partial<Transform>, Partial<Known>, readonly string[]])[];
  test.each(rows)("%s", (_, source, wish, known, expected) => {
    expect(variants(source, wish, known)).toEqual(expected);
  });
});

describe("only the original", () => {
  const at = (x: number) => ({ kind: "compass", at: "no", x, y: 0 }) as const;
  const rows = [
    ["a crop in pixels", { crop: { width: 1, height: 0, gravity: null } }, false],
    ["a crop in shares", { crop: { width: 0.99, height: 0, gravity: null } }, true],
    ["a crop's offset in pixels", { crop: { width: 0.5, height: 0, gravity: at(1) } }, false],
    ["a crop's offset in shares", { crop: { width: 0.5, height: 0, gravity: at(0.1) } }, true],
    ["a negative offset in pixels", { crop: { width: 0.5, height: 0, gravity: at(-1) } }, false],
    [
      "a crop that takes the picture's gravity in pixels",
      { crop: { width: 0.5, height: 0, gravity: null }, gravity: at(1) },
      false,
    ],
    ["a crop at a point", { crop: { width: 0.5, height: 0, gravity: { kind: "focus", x: 1, y: 1 } } }, true],
    ["a gravity in pixels without a crop: pixels of the result", { gravity: at(10) }, true],
    ["the stored orientation", { autoRotate: false }, false],
    ["a format, a quality, a background", { format: "png", quality: 90, background: [0, 0, 0] }, true],
    ["enlarging", { enlarge: true }, true],
    ["the rights in the original's own file", { keepCopyright: "original" }, false],
    ["the rights in what is fetched", { keepCopyright: "fetched" }, true],
    ["no rights", { keepCopyright: "none" }, true],
    ["a canvas around the picture", { height: 200, extend: { kind: "compass", at: "ce", x: 0, y: 0 } }, true],
  ] as const satisfies readonly (readonly [string, Partial<Transform>, boolean])[];
  test.each(rows)("%s", (_, wish, served) => {
    expect(variants(FLICKR, { width: 200, ...wish }).length > 1).toBe(served);
  });
  test("every default leaves the provider's size", () => {
    expect(variants(FLICKR, { width: 200 })[0]).toBe("flickr.m");
  });
});

describe("the source's own size", () => {
  const flickr = (suffix: string) => `https://live.staticflickr.com/65535/49514275848_981f23e5ea${suffix}.jpg`;
  const WIKI_THUMB = "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/Example.jpg";
  const rows = [
    ["nothing larger than the source is asked for", flickr("_z"), { width: 640 }, ["original"]],
    ["only smaller sizes", flickr("_z"), { width: 320 }, ["flickr.n", "flickr.w", "flickr.500", "original"]],
    ["a cropped source has cropped sizes only", flickr("_q"), { width: 75 }, ["flickr.s", "original"]],
    ["a cropped source is never replaced by the whole picture", flickr("_q"), { width: 120 }, ["original"]],
    [
      "a centred square from the crop, with 1.9 times the pixels",
      flickr("_b"),
      { resize: "fill", width: 39, height: 39 },
      ["flickr.s", "original"],
    ],
    [
      "a square that is too large for that",
      flickr("_b"),
      { resize: "fill", width: 41, height: 41 },
      ["flickr.t", "original"],
    ],
    [
      "a square that is not centred",
      flickr("_b"),
      { resize: "fill", width: 39, height: 39, gravity: { kind: "focus", x: 0.4, y: 0.5 } },
      ["flickr.t", "original"],
    ],
    ["a picture that fits a square is not cut", flickr("_b"), { width: 39, height: 39 }, ["flickr.t", "original"]],
    ["a step of Wikimedia is itself the source", `${WIKI_THUMB}/330px-Example.jpg`, { width: 640 }, ["original"]],
    ["below it", `${WIKI_THUMB}/330px-Example.jpg`, { width: 200 }, ["wikimedia.250", "wikimedia.250", "original"]],
    [
      "a width that is refused goes up one step",
      `${WIKI_THUMB}/300px-Example.jpg`,
      { width: 300 },
      ["wikimedia.330", "wikimedia.330", "original"],
    ],
    [
      "and no further",
      `${WIKI_THUMB}/300px-Example.jpg`,
      { width: 900 },
      ["wikimedia.330", "wikimedia.330", "original"],
    ],
    ["IIIF: a width in the address", "https://i.test/x/full/512,/0/default.jpg", { width: 512 }, ["original"]],
    ["IIIF: below it", "https://i.test/x/full/512,/0/default.jpg", { width: 480 }, ["iiif.box480", "original"]],
    ["Smithsonian: max in front", "https://ids.si.edu/ids/deliveryService?max=150&id=A", { width: 150 }, ["original"]],
    ["Smithsonian: max behind", "https://ids.si.edu/ids/deliveryService?id=A&max=150", { width: 100 }, ["original"]],
    [
      "Smithsonian: below it",
      "https://ids.si.edu/ids/deliveryService?id=A&max=151",
      { width: 100 },
      ["smithsonian.150", "original"],
    ],
    [
      "Smithsonian: a number behind the ark",
      "https://ids.si.edu/ids/deliveryService/id/ark:/65665/m3/90",
      { width: 90 },
      ["original"],
    ],
  ] as const satisfies readonly (readonly [string, string, Partial<Transform>, readonly string[]])[];
  test.each(rows)("%s", (_, source, wish, expected) => {
    expect(variants(source, wish)).toEqual(expected);
  });
});

describe("what is left out", () => {
  test("a candidate that was refused; the original stays", () => {
    const list = candidatesFor(
      FLICKR,
      { ...PLAIN, width: 640 },
      NOTHING_KNOWN,
      DEFAULT_RULES,
      ({ variant }) => variant !== "flickr.c",
    );
    expect(list.map(({ variant }) => variant)).toEqual(["flickr.c", "original"]);
  });
  test.each([
    ["another port", "https://live.staticflickr.com:8443/1/2_3_b.jpg"],
    ["a user", "https://me@live.staticflickr.com/1/2_3_b.jpg"],
    ["a name that ends alike", "https://evillive.staticflickr.com/1/2_3_b.jpg"],
    ["a name that goes on", "https://live.staticflickr.com.evil.test/1/2_3_b.jpg"],
    ["a query", "https://live.staticflickr.com/1/2_3_b.jpg?x=1"],
    ["no URL", "live.staticflickr.com"],
    ["another scheme", "ftp://live.staticflickr.com/1/2_3_b.jpg"],
  ])("%s: no rule", (_, source) => {
    expect(candidatesFor(source, { ...PLAIN, width: 100 }, NOTHING_KNOWN, ALL_RULES)).toMatchObject([
      { url: source, rule: null },
    ]);
  });
  test("an address of 4096 characters is read, a longer one is not", () => {
    const base = "https://images.nappy.co/";
    const of = (length: number) => base + "a".repeat(length - base.length);
    expect(variants(of(4096), { width: 100 })).toHaveLength(2);
    expect(variants(of(4097), { width: 100 })).toEqual(["original"]);
  });
});

describe("certain: the provider has it of every picture", () => {
  const certain = (source: string, width: number, known: Partial<Known> = {}) =>
    candidatesFor(source, { ...PLAIN, width }, { ...NOTHING_KNOWN, ...known }, ALL_RULES).map((one) => one.certain);
  test.each([
    ["a size that old photos lack is not", FLICKR, 640, {}, [false, false, true]],
    ["a size below the source's own is", FLICKR, 500, {}, [true, true]],
    ["a step of a file of unknown width is not", WIKIMEDIA, 640, {}, [false, false, true]],
    [
      "the step above a width that is refused is not",
      WIKIMEDIA.replace("/commons/", "/commons/thumb/").concat("/300px-Example.jpg"),
      300,
      {},
      [false, false, true],
    ],
    [
      "a step below it is",
      WIKIMEDIA.replace("/commons/", "/commons/thumb/").concat("/300px-Example.jpg"),
      200,
      {},
      [true, true, true],
    ],
    ["a step below the known width is", WIKIMEDIA, 640, { original: size(4000, 3000) }, [true, true, true]],
  ] as const)("%s", (_, source, width, known, expected) => {
    expect(certain(source, width, known)).toEqual(expected);
  });
});

describe("infoUrlOf", () => {
  test.each([
    ["IIIF", "https://i.test/iiif/2/a%2Fb.jp2/full/max/0/default.jpg", "https://i.test/iiif/2/a%2Fb.jp2/info.json"],
    [
      "a port and plain HTTP stay",
      "http://127.0.0.1:9000/a/full/full/0/native.jpg",
      "http://127.0.0.1:9000/a/info.json",
    ],
    ["a server with a rule of its own", "https://iip.smk.dk/iiif/jp2/a.jp2/full/max/0/default.jpg", null],
    ["Flickr", FLICKR, null],
  ])("%s", (_, source, expected) => {
    expect(infoUrlOf(source, DEFAULT_RULES)).toBe(expected);
  });
  test("nothing where provider sizes or the rule are off", () => {
    const source = "https://i.test/a/full/max/0/default.jpg";
    expect(infoUrlOf(source, { ...DEFAULT_RULES, on: false })).toBeNull();
    expect(infoUrlOf(source, { ...DEFAULT_RULES, switched: new Map([["iiif", false]]) })).toBeNull();
  });
});

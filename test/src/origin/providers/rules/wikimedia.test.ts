import { describe, expect, test } from "vitest";
import { candidatesFor } from "../../../../../src/origin/providers/candidates.ts";
import { NOTHING_KNOWN } from "../../../../../src/origin/providers/rule.ts";
import { WIKIMEDIA_STEPS } from "../../../../../src/origin/providers/rules/wikimedia.ts";
import { PLAIN } from "../../../../support/transform.ts";
import { ALL_RULES } from "../rules.ts";

const BASE = "https://upload.wikimedia.org/wikipedia/commons";

function list(source: string, width: number, original: { width: number; height: number } | null = null) {
  return candidatesFor(source, { ...PLAIN, width }, { ...NOTHING_KNOWN, original }, ALL_RULES);
}

const urls = (source: string, width: number) => list(source, width).map(({ url }) => url);

describe("Wikimedia", () => {
  test("the eleven widths, each exactly reached and passed by one pixel more than rounding allows", () => {
    const large = { width: 20_000, height: 10_000 };
    const first = (width: number) => list(`${BASE}/a/ab/A.jpg`, width, large)[0]?.variant;
    WIKIMEDIA_STEPS.forEach((step, at) => {
      const above = WIKIMEDIA_STEPS[at + 1];
      expect([first(step), first(step + 2)]).toEqual([`wikimedia.${step}`, above ? `wikimedia.${above}` : "original"]);
    });
  });
  test("both hosts, the new one first, and the same variant", () => {
    const [first, second] = list(`${BASE}/a/ab/A.jpg`, 300);
    expect([first?.url, second?.url]).toEqual([
      "https://thumb.wikimedia.org/wikipedia/commons/thumb/a/ab/A.jpg/330px-A.jpg",
      `${BASE}/thumb/a/ab/A.jpg/330px-A.jpg`,
    ]);
    expect(first?.variant).toBe(second?.variant);
  });

  describe("a name of more than 160 bytes, decoded, is abbreviated in the thumbnail's name", () => {
    const named = (bytes: number, letter: string, each: number, ending = ".jpg") =>
      letter.repeat(Math.floor((bytes - ending.length) / each)) + "x".repeat((bytes - ending.length) % each) + ending;
    test.each([
      ["160 bytes of ASCII", named(160, "a", 1), false],
      ["161 bytes of ASCII", named(161, "a", 1), true],
      ["160 bytes in 3 bytes a letter, percent-encoded", encodeURIComponent(named(160, "語", 3)), false],
      ["161 bytes in 3 bytes a letter, percent-encoded", encodeURIComponent(named(161, "語", 3)), true],
      ["54 encoded commas are 54 bytes", `${"%2C".repeat(54)}.jpg`, false],
    ])("%s", (_, name, isLong) => {
      expect(urls(`${BASE}/a/ab/${name}`, 300)[0]).toBe(
        `https://thumb.wikimedia.org/wikipedia/commons/thumb/a/ab/${name}/330px-${isLong ? "thumbnail.jpg" : name}`,
      );
    });
    test.each([
      [".svg", "330px-thumbnail.svg.png"],
      [".tif", "lossy-page1-330px-thumbnail.tif.jpg"],
      [".pdf", "page1-330px-thumbnail.pdf.jpg"],
      [".webm", "330px--thumbnail.webm.jpg"],
    ])("%s keeps what goes before and after the name", (ending, expected) => {
      expect(
        urls(`${BASE}/a/ab/${named(161, "a", 1, ending)}`, 300)[0]
          ?.split("/")
          .at(-1),
      ).toBe(expected);
    });
  });

  test.each([
    ["jpg", "330px-A.jpg", null, false],
    ["JPG", "330px-A.JPG", null, false],
    ["jpeg", "330px-A.jpeg", null, false],
    ["png", "330px-A.png", null, false],
    ["gif", "330px-A.gif", null, false],
    ["svg", "330px-A.svg.png", "png", false],
    ["xcf", "330px-A.xcf.png", "png", true],
    ["tif", "lossy-page1-330px-A.tif.jpg", "jpeg", false],
    ["tiff", "lossy-page1-330px-A.tiff.jpg", "jpeg", false],
    ["webp", "330px-A.webp.png", "png", false],
    ["pdf", "page1-330px-A.pdf.jpg", "jpeg", true],
    ["djvu", "page1-330px-A.djvu.jpg", "jpeg", true],
    ["webm", "330px--A.webm.jpg", "jpeg", true],
    ["ogv", "330px--A.ogv.jpg", "jpeg", true],
    ["mpeg", "330px--A.mpeg.jpg", "jpeg", true],
  ])(
    "%s: the thumbnail's name and format; a file that is no picture takes what there is",
    (ending, name, format, last) => {
      const [first] = list(`${BASE}/a/ab/A.${ending}`, 300);
      expect(first).toMatchObject({ format, lastResort: last });
      expect(first?.url.endsWith(`/${name}`)).toBe(true);
    },
  );

  test("a file that is no picture has lower steps behind, and a step even for a wish over all of them", () => {
    const names = (width: number) => new Set(list(`${BASE}/a/ab/A.pdf`, width).map(({ variant }) => variant));
    expect([...names(640)]).toEqual(["wikimedia.960", "wikimedia.500", "wikimedia.330", "original"]);
    expect([...names(5_000)]).toEqual(["wikimedia.3840", "wikimedia.1920", "wikimedia.1280", "original"]);
  });
  test("an SVG may be shown larger than its nominal size, a photograph may not", () => {
    const small = { width: 200, height: 100 };
    expect(list(`${BASE}/a/ab/A.svg`, 640, small)[0]?.variant).toBe("wikimedia.960");
    expect(list(`${BASE}/a/ab/A.jpg`, 640, small)[0]?.variant).toBe("original");
  });

  test.each([
    ["utm_ parameters", "?utm_source=commons.wikimedia.org&utm_campaign=index", ""],
    ["another parameter stays with the original", "?20210101000000&utm_source=x", "?20210101000000"],
    ["nothing to cut", "", ""],
  ])("%s", (_, query, left) => {
    const [first, , last] = urls(`${BASE}/a/ab/A.jpg${query}`, 300);
    expect(first).toBe("https://thumb.wikimedia.org/wikipedia/commons/thumb/a/ab/A.jpg/330px-A.jpg");
    expect(last).toBe(`${BASE}/a/ab/A.jpg${left}`);
  });

  test.each([
    ["a page of a document", "A.pdf/page3-300px-A.pdf.jpg", "A.pdf/page3-330px-A.pdf.jpg"],
    ["a long name", "A.jpg/300px-thumbnail.jpg", "A.jpg/330px-thumbnail.jpg"],
    ["a name that looks like a width", "9px-A.jpg/300px-9px-A.jpg", "9px-A.jpg/330px-9px-A.jpg"],
    ["a language of an SVG", "A.svg/langde-300px-A.svg.png", "A.svg/langde-330px-A.svg.png"],
    ["a TIFF as Openverse asked for it", "A.tif/lossy-page1-300px-A.tif.png", "A.tif/lossy-page1-330px-A.tif.png"],
  ])("a thumbnail's address: %s", (_, given, expected) => {
    expect(urls(`${BASE}/thumb/a/ab/${given}`, 300)[0]).toBe(
      `https://thumb.wikimedia.org/wikipedia/commons/thumb/a/ab/${expected}`,
    );
  });

  test.each([
    ["an old version of a file", `${BASE}/archive/a/ab/20200101000000%21A.jpg`],
    ["a wrong hash", `${BASE}/z/zz/A.jpg`],
    ["no ending", `${BASE}/a/ab/A`],
    ["sound", `${BASE}/a/ab/A.mp3`],
    ["broken percent-encoding", `${BASE}/a/ab/A%ff.jpg`],
    ["a thumbnail without a width", `${BASE}/thumb/a/ab/A.jpg/A.jpg`],
    ["a file on the host of thumbnails", "https://thumb.wikimedia.org/wikipedia/commons/a/ab/A.jpg"],
    ["more segments", `${BASE}/a/ab/A.jpg/B.jpg`],
  ])("%s: only the original", (_, source) => {
    expect(urls(source, 300)).toEqual([source]);
  });
});

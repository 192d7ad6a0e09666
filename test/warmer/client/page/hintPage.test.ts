import { describe, expect, it } from "vitest";
import { hintPage } from "../../../../warmer/client/page/hintPage.ts";
import { PAGE_LAYOUTS } from "../../../support/pageLayouts.ts";

const SRCSET = "/a/160 160w, /a/320 320w, /a/640 640w";

describe("hintPage", () => {
  it("names one file for each picture of a known screen, in the order of the page", () => {
    const pictures = [SRCSET, { srcset: SRCSET.replaceAll("/a/", "/b/"), sizes: "50vw" }];
    expect(hintPage({ pictures, sizes: "150px", viewport: 640, dpr: 1 })).toEqual({ paths: ["/a/160", "/b/320"] });
  });
  it.each([
    ["a number", { viewport: 400, dpr: 2 }],
    ["headers", { viewport: "400", dpr: "2.0" }],
    ["both sides", { viewport: { width: 400, height: 700 }, dpr: 2 }],
  ])("reads a screen given as %s", (_, screen) => {
    expect(hintPage({ pictures: [SRCSET], sizes: "60vw", ...screen }).paths).toEqual(["/a/640"]);
  });
  it("takes the height of the window from the reader, else one that fits the width", () => {
    const sizes = "50vh";
    expect(hintPage({ pictures: [SRCSET], sizes, viewport: { width: 1000, height: 300 }, dpr: 1 }).paths).toEqual([
      "/a/160",
    ]);
    expect(hintPage({ pictures: [SRCSET], sizes, viewport: 1000, dpr: 1 }).paths).toEqual(["/a/320"]);
  });
  it("names a file once, whatever number of pictures show it", () => {
    expect(hintPage({ pictures: [SRCSET, SRCSET], viewport: 300, dpr: 1 }).paths).toEqual(["/a/320"]);
  });
  it("takes src where there is no srcset, or no candidate of density 1", () => {
    expect(hintPage({ pictures: [{ src: "/a.jpg" }], dpr: 2 }).paths).toEqual(["/a.jpg"]);
    expect(hintPage({ pictures: [{ src: "/a.jpg", srcset: "/b.jpg 2x" }], dpr: 1 }).paths).toEqual(["/a.jpg"]);
  });
  it("names no file that is in the page itself", () => {
    expect(hintPage({ pictures: ["data:image/gif;base64,AA 1x", "blob:x 1x"], dpr: 1 }).paths).toEqual([]);
  });

  describe("for an unknown screen", () => {
    const pictures = Object.values(PAGE_LAYOUTS).flat();
    const { paths } = hintPage({ pictures });

    it("names at most three files for each picture, on average", () => {
      expect(paths.length).toBeLessThanOrEqual(3 * pictures.length);
      expect(hintPage({ pictures, viewport: 390 }).paths.length).toBeLessThanOrEqual(3 * pictures.length);
      expect(hintPage({ pictures, dpr: 2 }).paths.length).toBeLessThanOrEqual(3 * pictures.length);
    });
    it("names fewer where fewer are possible", () => {
      expect(hintPage({ pictures: [SRCSET], sizes: "100px" }).paths).toEqual(["/a/160", "/a/320"]);
    });
    it("gives what one picture does not need to another", () => {
      const wide = "/w/320 320w, /w/640 640w, /w/1024 1024w, /w/1600 1600w, /w/2048 2048w";
      expect(hintPage({ pictures: [wide] }).paths).toHaveLength(3);
      expect(hintPage({ pictures: [wide, { srcset: SRCSET, sizes: "10px" }] }).paths).toHaveLength(5);
    });
  });

  it.each([
    ["image/avif,image/webp,image/apng,*/*;q=0.8", "avif"],
    ["text/html,application/xhtml+xml,image/avif;q=0,IMAGE/WEBP;q=0.9", "webp"],
    ["image/png,image/*;q=0.8", "base"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", undefined],
    ["", undefined],
    [null, undefined],
  ] as const)("Accept %j is the format %s", (accept, format) => {
    expect(hintPage({ pictures: [], accept }).format).toBe(format);
  });

  const hostile = new Proxy({}, { get: () => expect.fail });
  it.each([
    ["nothing", undefined],
    ["no object", 7],
    ["no pictures", {}],
    ["a number for pictures", { pictures: 5 }],
    ["holes in pictures", { pictures: [null, undefined, 7, {}, [], { srcset: 3, src: {}, sizes: [] }] }],
    ["a screen that is none", { pictures: [SRCSET], viewport: "wide", dpr: Number.NaN }],
    ["a screen of a negative size", { pictures: [SRCSET], viewport: -1, dpr: "-2" }],
    ["a screen that throws", { pictures: [SRCSET], viewport: hostile, dpr: hostile }],
    ["options that throw", hostile],
    ["deep brackets", { pictures: [SRCSET], sizes: `calc${"(".repeat(100_000)}` }],
    ["a long list of commas", { pictures: [",".repeat(100_000)], sizes: ",".repeat(100_000) }],
  ])("does not throw: %s", (_, options) => {
    const { paths } = hintPage(options as Parameters<typeof hintPage>[0]);
    for (const path of paths) expect(path).toMatch(/^\/a\//);
  });
  it("does not lose the other pictures of a page because of one", () => {
    const broken = Object.defineProperty({}, "srcset", {
      get() {
        throw new Error("broken");
      },
    });
    expect(hintPage({ pictures: [broken, SRCSET], viewport: 100, dpr: 1 }).paths).toEqual(["/a/160"]);
  });
});

import { describe, expect, it } from "vitest";
import { candidatesOf, chooseCandidate, parseSrcset } from "../../../../warmer/client/page/srcset.ts";

describe("parseSrcset", () => {
  it.each([
    ["", []],
    ["a.jpg", [{ url: "a.jpg" }]],
    ["a.jpg 100w, b.jpg 200w", [100, 200].map((width, at) => ({ url: `${"ab"[at]}.jpg`, width }))],
    ["a,b.jpg 1.5x", [{ url: "a,b.jpg", density: 1.5 }]],
    ["a.jpg, b.jpg 2x", [{ url: "a.jpg" }, { url: "b.jpg", density: 2 }]],
    ["a.jpg 100w 50h", [{ url: "a.jpg", width: 100 }]],
    ["\n a.jpg\t2x ,\n b.jpg  3x ", [2, 3].map((density, at) => ({ url: `${"ab"[at]}.jpg`, density }))],
    ["a.jpg 0w, b.jpg -1x, c.jpg 1.5w, d.jpg 50h, e.jpg 1w 1x, f.jpg 1w 2w, g.jpg 3y, h.jpg +1x", []],
    ["a.jpg (x, y) 2x, b.jpg 3x", [{ url: "b.jpg", density: 3 }]],
  ])("%j", (srcset, candidates) => expect(parseSrcset(srcset)).toEqual(candidates));
});

describe("parseSrcset and long runs", () => {
  it("takes time that grows with the length only", () => {
    // 20 seconds with an expression that begins anew at each comma.
    const [url] = parseSrcset(`a${",".repeat(100_000)}b 1x`);
    expect(url).toMatchObject({ density: 1 });
    expect(parseSrcset(`a${",".repeat(100_000)}`)).toEqual([{ url: "a" }]);
  }, 5_000);
});

describe("chooseCandidate", () => {
  const widths = parseSrcset("s 160w, m 320w, l 640w");
  it.each([
    [160, 1, "s"],
    [160.01, 1, "m"],
    [100, 1.6, "s"],
    [100, 1.61, "m"],
    [640, 1, "l"],
    [641, 1, "l"],
    [1000, 3, "l"],
    [0, 3, "s"],
  ])("%d CSS pixels at density %d: %s", (size, dpr, url) => {
    expect(chooseCandidate(widths, size, dpr)?.url).toBe(url);
  });
  it.each([
    ["a 1x, b 2x", 1, "a"],
    ["a 1x, b 2x", 1.01, "b"],
    ["a 1x, b 2x", 3, "b"],
    ["b 2x, a", 1, "a"],
    ["a 2x, b 2x", 2, "a"],
    ["a 0x, b 2x", 1, "b"],
  ])("%j at density %d: %s", (srcset, dpr, url) => {
    expect(chooseCandidate(parseSrcset(srcset), 100, dpr)?.url).toBe(url);
  });
  it("has nothing to choose from nothing", () => expect(chooseCandidate([], 100, 1)).toBeUndefined());
});

describe("candidatesOf", () => {
  it.each([
    ["", "src", ["src"]],
    ["a 2x", "src", ["a", "src"]],
    ["a 100w", "src", ["a"]],
    ["a 2x", "", ["a"]],
    ["", "", []],
  ])("srcset %j and src %j: %j", (srcset, src, urls) => {
    expect(candidatesOf(srcset, src).map(({ url }) => url)).toEqual(urls);
  });
});

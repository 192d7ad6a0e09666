import { describe, expect, test } from "vitest";
import { computeGeometry } from "../../../../src/image/geometry/computeGeometry.ts";
import type { Gravity, Transform } from "../../../../src/request/transform.ts";
import { PLAIN } from "../../../support/transform.ts";

const at = (point: Extract<Gravity, { kind: "compass" }>["at"], x = 0, y = 0): Gravity => ({
  kind: "compass",
  at: point,
  x,
  y,
});
const focus = (x: number, y: number): Gravity => ({ kind: "focus", x, y });
const geometry = (source: [number, number], wish: Partial<Transform>) =>
  computeGeometry({ width: source[0], height: source[1] }, { ...PLAIN, ...wish });
const size = (source: [number, number], wish: Partial<Transform>) => {
  const { width, height } = geometry(source, wish);
  return [width, height];
};

describe("sizes", () => {
  test.each<[string, [number, number], Partial<Transform>, [number, number]]>([
    ["fit: the whole picture inside the box", [4000, 3000], { width: 640, height: 640 }, [640, 480]],
    ["fit: upright", [3000, 4000], { width: 640, height: 640 }, [480, 640]],
    ["fit: only a width", [4000, 3000], { width: 400 }, [400, 300]],
    ["fit: only a height", [4000, 3000], { height: 300 }, [400, 300]],
    ["fit: neither keeps the size", [4000, 3000], {}, [4000, 3000]],
    ["fit: rounds to the nearest pixel", [3840, 2160], { width: 101 }, [101, 57]],
    ["fit: never below one pixel", [8000, 24], { width: 100 }, [100, 1]],
    ["fit: does not enlarge", [300, 200], { width: 640, height: 640 }, [300, 200]],
    ["fit: enlarges when told", [300, 200], { width: 600, height: 600, enlarge: true }, [600, 400]],
    ["dpr multiplies", [4000, 3000], { width: 400, height: 400, dpr: 2 }, [800, 600]],
    ["dpr gives way before the picture grows", [1000, 800], { width: 600, height: 600, dpr: 2 }, [1000, 800]],
    ["dpr below 1", [4000, 3000], { width: 400, dpr: 0.5 }, [200, 150]],
    ["fill: exactly the box", [4000, 3000], { resize: "fill", width: 300, height: 300 }, [300, 300]],
    ["fill: dpr", [4000, 3000], { resize: "fill", width: 300, height: 400, dpr: 2 }, [600, 800]],
    ["fill: too small a source keeps what it has", [300, 200], { resize: "fill", width: 400, height: 400 }, [300, 200]],
    ["fill: one side short", [300, 800], { resize: "fill", width: 400, height: 400 }, [300, 400]],
    [
      "fill: limited dpr keeps the box square",
      [1000, 800],
      { resize: "fill", width: 600, height: 600, dpr: 2 },
      [800, 800],
    ],
    ["fill: one side only is fit", [4000, 3000], { resize: "fill", width: 400 }, [400, 300]],
    [
      "fill-down: keeps the aspect ratio asked for",
      [300, 200],
      { resize: "fill-down", width: 400, height: 400 },
      [200, 200],
    ],
    ["fill-down: large enough is fill", [4000, 3000], { resize: "fill-down", width: 400, height: 100 }, [400, 100]],
    ["force: both sides as asked", [4000, 3000], { resize: "force", width: 100, height: 300 }, [100, 300]],
    ["force: does not enlarge one side alone", [400, 3000], { resize: "force", width: 800, height: 1500 }, [400, 750]],
    ["force: one side given keeps the other", [4000, 3000], { resize: "force", width: 100 }, [100, 3000]],
    ["outside: at least the box", [4000, 3000], { resize: "outside", width: 300, height: 300 }, [400, 300]],
    ["outside: does not enlarge", [400, 300], { resize: "outside", width: 350, height: 350 }, [400, 300]],
    [
      "outside: enlarges when told",
      [200, 100],
      { resize: "outside", width: 300, height: 300, enlarge: true },
      [600, 300],
    ],
    ["outside: one side only is fit", [4000, 3000], { resize: "outside", width: 400 }, [400, 300]],
    ["fit-down: a box that fits is fit", [4000, 3000], { resize: "fit-down", width: 400, height: 400 }, [400, 300]],
    ["fit-down: the box is lowered first", [300, 200], { resize: "fit-down", width: 400, height: 400 }, [200, 133]],
    ["fit-down: dpr too", [300, 200], { resize: "fit-down", width: 200, height: 200, dpr: 2 }, [200, 133]],
    ["fit-down: one side", [300, 200], { resize: "fit-down", width: 400 }, [300, 200]],
    ["fit-down: never grows", [300, 200], { resize: "fit-down", width: 400, height: 400, enlarge: true }, [200, 133]],
    ["auto: same orientation fills", [4000, 3000], { resize: "auto", width: 300, height: 200 }, [300, 200]],
    ["auto: other orientation fits", [4000, 3000], { resize: "auto", width: 200, height: 300 }, [200, 150]],
  ])("%s", (_, source, wish, wanted) => expect(size(source, wish)).toEqual(wanted));
});

describe("where a fill cuts", () => {
  const cut = (gravity: Gravity, dpr = 1) => {
    const { window } = geometry([2000, 1000], { resize: "fill", width: 250, height: 250, gravity, dpr });
    return [window.left, window.top, window.width, window.height];
  };
  test.each<[string, Gravity, number]>([
    ["centre", at("ce"), 500],
    ["west", at("we"), 0],
    ["east", at("ea"), 1000],
    ["north keeps the middle column", at("no"), 500],
    ["south-east", at("soea"), 1000],
    ["west with an offset moves right", at("we", 25), 100],
    ["east with an offset moves left", at("ea", 25), 900],
    ["an offset below 1 is a share of the picture", at("we", 0.25), 500],
    ["an offset stays inside", at("we", 9999), 1000],
    ["focus in the middle", focus(0.5, 0.5), 500],
    ["focus at the left edge", focus(0, 0), 0],
    ["focus at three quarters", focus(0.75, 0.5), 1000],
  ])("%s", (_, gravity, left) => expect(cut(gravity)).toEqual([left, 0, 1000, 1000]));

  test("offsets in pixels grow with dpr", () => expect(cut(at("we", 25), 2)[0]).toBe(100));
});

describe("crop before resizing", () => {
  const bounds = (crop: NonNullable<Transform["crop"]>, wish: Partial<Transform> = {}) =>
    geometry([4000, 3000], { crop, ...wish }).bounds;
  test.each<[string, NonNullable<Transform["crop"]>, object]>([
    ["pixels", { width: 1000, height: 500, gravity: null }, { left: 1500, top: 1250, width: 1000, height: 500 }],
    ["a share", { width: 0.5, height: 0.25, gravity: null }, { left: 1000, top: 1125, width: 2000, height: 750 }],
    [
      "zero is the whole side",
      { width: 0, height: 600, gravity: null },
      { left: 0, top: 1200, width: 4000, height: 600 },
    ],
    ["its own gravity", { width: 100, height: 100, gravity: at("nowe") }, { left: 0, top: 0, width: 100, height: 100 }],
    [
      "more than there is",
      { width: 9999, height: 9999, gravity: null },
      { left: 0, top: 0, width: 4000, height: 3000 },
    ],
  ])("%s", (_, crop, wanted) => expect(bounds(crop)).toEqual(wanted));

  test("the result is scaled from the crop", () =>
    expect(size([4000, 3000], { crop: { width: 1000, height: 500, gravity: null }, width: 200 })).toEqual([200, 100]));
});

describe("properties", () => {
  /** A small generator with a seed, so that a failure can be repeated (mulberry32). */
  function random(seed: number): () => number {
    return () => {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  test("2000 random transforms: inside the picture, whole pixels, never larger unless told, aspect kept by fit", () => {
    const next = random(7);
    const whole = (limit: number) => 1 + Math.floor(next() * limit);
    const types = ["fit", "fill", "fill-down", "force", "auto", "outside", "fit-down"] as const;
    const points = ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe"] as const;
    for (let i = 0; i < 2000; i++) {
      const source = { width: whole(6000), height: whole(6000) };
      const wish: Transform = {
        ...PLAIN,
        resize: types[i % types.length] ?? "fit",
        width: next() < 0.2 ? 0 : whole(2000),
        height: next() < 0.2 ? 0 : whole(2000),
        dpr: [1, 1, 2, 1.5][i % 4] ?? 1,
        enlarge: next() < 0.3,
        gravity: next() < 0.5 ? focus(next(), next()) : at(points[i % 9] ?? "ce", next() * 200 - 100, next() * 2 - 1),
        extend: next() < 0.5 ? at(points[i % 9] ?? "ce", next() * 200 - 100, next() * 2 - 1) : null,
        crop: next() < 0.3 ? { width: next() * 1.5, height: whole(4000), gravity: null } : null,
      };
      const { window, bounds, width, height, canvas } = computeGeometry(source, wish);
      const where = JSON.stringify({ source, wish, window, bounds, width, height });
      expect(Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1, where).toBe(true);
      const slack = 1e-6;
      expect(bounds.left >= 0 && bounds.left + bounds.width <= source.width, where).toBe(true);
      expect(bounds.top >= 0 && bounds.top + bounds.height <= source.height, where).toBe(true);
      expect(window.left >= bounds.left - slack, where).toBe(true);
      expect(window.top >= bounds.top - slack, where).toBe(true);
      expect(window.left + window.width <= bounds.left + bounds.width + slack, where).toBe(true);
      expect(window.top + window.height <= bounds.top + bounds.height + slack, where).toBe(true);
      if (canvas !== null) {
        const { left, top } = canvas;
        expect(left >= 0 && top >= 0 && left + width <= canvas.width && top + height <= canvas.height, where).toBe(
          true,
        );
        expect(canvas.width > width || canvas.height > height, where).toBe(true);
      }
      if (!wish.enlarge) expect(width <= bounds.width && height <= bounds.height, where).toBe(true);
      if (wish.resize === "fit" && wish.width > 0 && wish.height > 0) {
        expect(width <= Math.round(wish.width * wish.dpr) && height <= Math.round(wish.height * wish.dpr), where).toBe(
          true,
        );
      }
      if (wish.resize !== "force" && width >= 20 && height >= 20) {
        // Each side is rounded by at most half a pixel of twenty.
        const [perX, perY] = [window.width / width, window.height / height];
        expect(Math.max(perX, perY) / Math.min(perX, perY) <= 1.052, where).toBe(true);
      }
    }
  });
});

/** The box of a path holds all that the path goes through. */
import { describe, expect, test } from "vitest";
import { pathExtent } from "../../../../../src/image/formats/svg/path.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { draw, svg } from "./svgFile.ts";

describe("known paths", () => {
  test.each([
    ["M10 20L30 5", [10, 5, 30, 20]],
    ["m10,20 20-15z", [10, 5, 30, 20]],
    ["M0 0H5V-5h-10v1", [-5, -5, 5, 0]],
    ["M0 0 10 10 20 0", [0, 0, 20, 10]],
    ["M0 0c1 9 2 9 3 0", [0, 0, 3, 9]],
    ["M0 0Q5 10 10 0T20 0", [0, -5, 20, 5]],
    ["M.5.5.7-1e1", [0.5, -10, 0.7, 0.5]],
  ] as const)("%s", (data, [left, top, right, bottom]) => {
    const { box } = pathExtent(data);
    expect(box.left).toBeLessThanOrEqual(left);
    expect(box.top).toBeLessThanOrEqual(top);
    expect(box.right).toBeGreaterThanOrEqual(right);
    expect(box.bottom).toBeGreaterThanOrEqual(bottom);
  });
  test("flags of an arc need no space", () => {
    const spaced = pathExtent("M0 0A 5 5 0 0 1 10.5 20.5");
    expect(pathExtent("M0 0a5 5 0 0110.5 20.5")).toEqual(spaced);
    expect(pathExtent("M0 0A5 5 0 01 10.5,20.5")).toEqual(spaced);
  });
  test("what is no path has no box", () => {
    for (const data of ["", "x", "Q", "M", "5 5"]) expect(pathExtent(data).box.left, data).toBe(Infinity);
  });
  test("what comes after an error does not count", () => {
    expect(pathExtent("M0 0L1 1 # L99 99").box.right).toBe(1);
  });
});

test("random paths stay in their boxes", { timeout: 120_000 }, async () => {
  const random = seeded(5);
  const number = () => random.between(100, 900);
  const small = () => random.between(-100, 100);
  for (let i = 0; i < 60; i++) {
    let data = `M${number()} ${number()}`;
    for (let j = 0; j < 6; j++) {
      const kind = random.pick(["C", "S", "Q", "T", "A", "L", "c", "s", "q", "t", "a", "l", "h", "v"]);
      const value = kind === kind.toLowerCase() ? small : number;
      const count = { C: 6, S: 4, Q: 4, T: 2, L: 2, H: 1, V: 1, A: 0 }[kind.toUpperCase()] ?? 0;
      const args = Array.from({ length: count }, value);
      if (kind.toUpperCase() === "A")
        args.push(
          random.between(0, 300),
          random.between(0, 300),
          30,
          random.between(0, 1),
          random.between(0, 1),
          value(),
          value(),
        );
      data += kind + args.join(" ");
    }
    const { box } = pathExtent(data);
    // The picture without what is in the box: nothing is left of the path.
    const sides = `width="${box.right - box.left + 16}" height="${box.bottom - box.top + 16}"`;
    const cover = `x="${box.left - 8}" y="${box.top - 8}" ${sides}`;
    const outside = `<mask id="m"><rect width="1000" height="1000" fill="white"/><rect ${cover} fill="black"/></mask>`;
    const { ink } = await draw(svg(`${outside}<g mask="url(#m)"><path d="${data}"/></g>`), { width: 250 });
    expect(ink, data).toBe(0);
  }
});

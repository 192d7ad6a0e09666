import { describe, expect, test } from "vitest";
import { canonicalOptions, type Variant } from "../../../src/request/canonical.ts";
import type { Transform } from "../../../src/request/transform.ts";
import { PLAIN } from "../../support/transform.ts";

const WIDE: Transform = { ...PLAIN, width: 320 };
const variant = (transform: Partial<Transform> = {}, rest: Partial<Variant> = {}): Variant => ({
  transform: { ...WIDE, ...transform },
  accept: "webp",
  cachebuster: "",
  ...rest,
});
const text = (transform: Partial<Transform> = {}, rest: Partial<Variant> = {}) =>
  canonicalOptions(variant(transform, rest));
const north = { kind: "compass", at: "no", x: 0, y: 0 } as const;

test("what differs from the default stands there, sorted by its short name; then the format, then the cachebuster", () => {
  expect(text()).toBe("w:320/f:webp");
  expect(canonicalOptions({ transform: PLAIN, accept: "base", cachebuster: "" })).toBe("f:base");
  const crop = { width: 0.5, height: 100, gravity: { ...north, y: 0.25 } };
  expect(
    text({ resize: "fill", height: 200, quality: 80, rotate: 90, crop, format: "png" }, { cachebuster: "a/b" }),
  ).toBe("c:0.5_100_no_0_0.25/h:200/q:80/rot:90/rt:fill/w:320/f:png/cb:a%2Fb");
  expect(text({ autoRotate: false, enlarge: true, background: [255, 0, 10], dpr: 2, width: 0 })).toBe(
    "ar:0/bg:255_0_10/dpr:2/el:1/f:webp",
  );
});

describe("one picture, one text", () => {
  test.each([
    ["fit with dpr 2 is twice the width", text({ width: 160, dpr: 2 }), text({ width: 320 })],
    ["gravity means nothing to fit", text({ gravity: north }), text()],
    ["gravity means nothing to force", text({ resize: "force", gravity: north }), text({ resize: "force" })],
    ["explicit WebP is negotiated WebP", text({ format: "webp" }, { accept: "base" }), text()],
    ["an AVIF browser gets the WebP bytes", text({}, { accept: "avif" }), text({}, { accept: "webp" })],
    [
      "Accept means nothing to an explicit format",
      text({ format: "png" }, { accept: "base" }),
      text({ format: "png" }),
    ],
    [
      "gravity means nothing to fit after a crop with its own gravity, and dpr is a factor",
      text({ gravity: north, crop: { width: 10, height: 10, gravity: north }, width: 160, dpr: 2 }),
      text({ crop: { width: 10, height: 10, gravity: north } }),
    ],
    ["0.1 + 0.2 is 0.3", text({ dpr: 0.1 + 0.2, resize: "fill" }), text({ dpr: 0.3, resize: "fill" })],
    [
      "a crop without gravity takes the picture's",
      text({ gravity: north, crop: { width: 10, height: 10, gravity: null } }),
      text({ gravity: north, crop: { width: 10, height: 10, gravity: north } }),
    ],
  ])("%s", (_name, a, b) => expect(a).toBe(b));
});

describe("another picture, another text", () => {
  const rows: readonly [string, string][] = [
    ["width", text({ width: 321 })],
    ["height", text({ height: 1 })],
    ["type", text({ resize: "fill" })],
    ["fill with gravity", text({ resize: "fill", gravity: north })],
    ["fill with an offset", text({ resize: "fill", gravity: { ...north, x: 1 } })],
    ["a focus point", text({ resize: "fill", gravity: { kind: "focus", x: 0.5, y: 0.25 } })],
    ["fill keeps dpr apart", text({ resize: "fill", width: 160, dpr: 2 })],
    ["force keeps dpr apart when a side is not given", text({ resize: "force", width: 160, dpr: 2 })],
    ["dpr of the source's own size", text({ width: 0, dpr: 2 })],
    ["enlarge", text({ enlarge: true })],
    ["crop", text({ crop: { width: 0.5, height: 0, gravity: null } })],
    ["background", text({ background: [255, 0, 0] })],
    ["quality", text({ quality: 80 })],
    ["JPEG", text({ format: "jpeg" })],
    ["PNG", text({ format: "png" })],
    ["the base class", text({}, { accept: "base" })],
    ["no auto-rotation", text({ autoRotate: false })],
    ["rotation", text({ rotate: 90 })],
    ["a cachebuster", text({}, { cachebuster: "1" })],
    ["a cachebuster with a slash", text({}, { cachebuster: "1/width:1" })],
  ];
  test.each(rows)("%s", (_name, other) => expect(other).not.toBe(text()));
  test("all of them differ from each other", () => {
    expect(new Set([text(), ...rows.map(([, t]) => t)]).size).toBe(rows.length + 1);
  });
});

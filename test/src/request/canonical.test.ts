import { describe, expect, test } from "vitest";
import { canonicalOptions, type Variant } from "../../../src/request/canonical.ts";
import type { Transform } from "../../../src/request/imageRequest.ts";
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

test("all options stand there, defaults filled in, sorted by name", () => {
  expect(text()).toBe(
    "autoRotate:1/background:none/crop:none/dpr:1/enlarge:0/format:webp/gravity:ce_0_0/height:0/quality:default/resize:fit/rotate:0/width:320",
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

import { describe, expect, test } from "vitest";
import { type ImageOptions, imagePath, signedUrlSync } from "../../../src/client/url.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";

const KEY = "736563726574";
const SALT = "68656c6c6f";
const CONFIG = parseConfig({
  SIGNING_KEYS: KEY,
  SIGNING_SALTS: SALT,
  AVIF: "second-view",
  WATERMARK_URL: "https://example.org/mark.png",
});
const SOURCE = "https://example.org/ä b.jpg?x=1&y=a@b#c";
const ENDPOINT = "https://cdn.firstlight.test";

/** What is no value of most options, by its type. */
const JUNK: readonly unknown[] = [
  ...[null, Number.NaN, Number.POSITIVE_INFINITY, -1, 1e9, 0.5, 7n, "", "7", "no", "x:y/z", "\ud800", true, false],
  ...[[], ["no"], {}, { at: 1 }, { width: "1", height: 1 }, () => "no", Symbol("no"), new Date(0), "toString"],
];
/** Values that each option takes, and values that it does not. Every option has a row, or this does not compile. */
const VALUES = {
  resize: { good: ["fit", "auto", "outside", "fit-down"], bad: ["cover", "FIT", ["fit"]] },
  width: { good: [0, 1, 65_535], bad: [-1, 65_536, 1.5, "300", null] },
  height: { good: [0, 65_535], bad: [-1, 65_536, 1.5, "300"] },
  dpr: { good: [0.1, 1, 2.5, 10], bad: [0, 0.09, 10.1, "2"] },
  enlarge: { good: [true, false], bad: ["t", 1, 0, null] },
  gravity: {
    good: [{ at: "sm" }, { at: "no" }, { at: "so", y: 0.1 }, { at: "ce", x: -65_535, y: 3 }, { at: "fp", x: 0, y: 1 }],
    bad: [
      "no",
      { at: "sm", x: 1 },
      { at: "no", x: "1" },
      { at: "fp", x: 1.1, y: 0 },
      { at: "no", z: 1 },
      { at: "no", x: 65_536 },
    ],
  },
  crop: {
    good: [
      { width: 0, height: 0.5 },
      { width: 65_535, height: 0.000001 },
      { width: 1, height: 2, gravity: { at: "we" } },
    ],
    bad: [
      0.5,
      { width: 1 },
      { width: -1, height: 1 },
      { width: 0.0000001, height: 1 },
      { width: 1, height: 1, gravity: "we" },
    ],
  },
  extend: {
    good: [{ at: "ce" }, { at: "no", y: 5 }, { at: "fp", x: 0.5, y: 0 }],
    bad: ["ce", true, { at: "sm" }, { at: "no", z: 1 }],
  },
  extendColour: { good: ["fff", "FF8000"], bad: ["#fff", "white", null] },
  background: { good: ["fff", "FF8000"], bad: ["#fff", "ff", "white", "ff8000ff", 0xff8000] },
  quality: { good: [0, 1, 100], bad: [-1, 101, 75.5, "75"] },
  format: { good: ["avif", "webp", "jpeg", "png"], bad: ["gif", "jpg.exe", "WEBP"] },
  autoRotate: { good: [true, false], bad: ["f", 0] },
  rotate: { good: [0, 90, 270], bad: [45, 360, "90"] },
  maxFrames: { good: [1], bad: [0, 2, true, "1"] },
  watermark: {
    good: [{ opacity: 1 }, { opacity: 0.5, at: "re", x: 10, y: -0.5, scale: 1 }, { opacity: 0, at: "soea" }],
    bad: [0.5, {}, { opacity: 1.1 }, { opacity: 1, at: "sm" }, { opacity: 1, scale: 1.1 }, { opacity: 1, z: 1 }],
  },
  stripProfile: { good: [true, false], bad: ["t", 1] },
  keepCopyright: { good: [true, false], bad: ["t", 1] },
  license: {
    good: [
      {},
      { license: "by-4.0", creator: "Žofie: <b>" },
      { license: "https://a.test/x" },
      { creator: "a".repeat(200) },
    ],
    bad: ["by", { license: 1 }, { creator: "a\nb" }, { license: "a".repeat(201) }, { licence: "by" }],
  },
  expires: { good: [0, 4_000_000_000], bad: [-1, 1.5, 1e11, new Date(), "4000000000"] },
  cachebuster: { good: ["", "v2", "v/2:x?y#z", "ä\u{1f30d}"], bad: [2, null, "\ud800"] },
  filename: { good: ["", "Größe 1.jpg", "x".repeat(200)], bad: ["a/b", "a\\b", "a\nb", "\x7f", "x".repeat(201), 5] },
  attachment: { good: [true, false], bad: ["t", 1] },
} as const satisfies Record<keyof ImageOptions, { good: readonly unknown[]; bad: readonly unknown[] }>;

describe("every value is checked as the proxy's own table does", () => {
  const options = Object.entries(VALUES);
  const pathOf = (name: string, value: unknown) => imagePath(SOURCE, { [name]: value } as ImageOptions);
  const signing = { key: KEY, salt: SALT };
  const readBack = async (name: string, value: unknown) =>
    readImageRequest(signedUrlSync(ENDPOINT, SOURCE, { [name]: value } as ImageOptions, signing), null, CONFIG, 0);

  test.each(options)("%s: what it takes, the proxy reads", async (name, { good }) => {
    for (const value of good) expect((await readBack(name, value)).source).toContain("https://example.org/");
  });
  test.each(options)("%s: what it does not take is refused with the option's name", (name, { bad }) => {
    for (const value of bad) expect(() => pathOf(name, value)).toThrow(new RegExp(`^The ${name}[ .\\w]* cannot be `));
  });
  test.each(options)(
    "%s: of any junk, what is signed the proxy reads, and what the proxy would not read is refused",
    async (name) => {
      let refused = 0;
      for (const value of JUNK) {
        let error: unknown = null;
        try {
          pathOf(name, value);
        } catch (thrown) {
          error = thrown;
        }
        if (error === null) await readBack(name, value);
        else expect(error).toBeInstanceOf(RangeError);
        if (error !== null) refused++;
      }
      expect(refused).toBeGreaterThan(JUNK.length / 2);
    },
  );
  test("the text of a function is not signed", () => {
    const gravity = { at: "no", x: () => 1 } as unknown as ImageOptions["gravity"];
    expect(() => imagePath(SOURCE, { gravity } as ImageOptions)).toThrow("The gravity.x cannot be () => 1");
    expect(() => imagePath(SOURCE, { gravity: "no" } as unknown as ImageOptions)).toThrow("an object of at, x, y");
  });
  test("a number as a text has quotes in the message", () => {
    expect(() => pathOf("width", "300")).toThrow('The width cannot be "300": a whole number from 0 to 65535');
  });

  test("any numbers: the proxy reads what is meant (seeded)", async () => {
    let state = 13;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x80000000;
    };
    const length = () => (random() < 0.5 ? random() : random() * 65_535);
    for (let i = 0; i < 500; i++) {
      const values = { x: length(), y: -length(), width: length(), height: length(), dpr: 0.1 + 9.9 * random() };
      const { x, y, dpr } = values;
      const sides = { width: Math.max(1e-6, values.width), height: Math.max(1e-6, values.height) };
      const url = signedUrlSync(ENDPOINT, SOURCE, { dpr, crop: sides, gravity: { at: "so", x, y } }, signing);
      const { transform } = await readImageRequest(url, null, CONFIG, 0);
      expect(Math.abs(transform.dpr - dpr)).toBeLessThan(1e-6);
      const { crop, gravity } = transform;
      expect(Math.abs((crop?.width ?? 0) - sides.width)).toBeLessThan(2e-6);
      expect(Math.abs(gravity.x - x) + Math.abs(gravity.y - y)).toBeLessThan(4e-6);
    }
  });
});

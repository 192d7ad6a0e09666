/** The facts of every corpus file against sharp, from the whole file and from its first bytes. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { factsOf } from "../../../src/image/facts.ts";
import { animatedGif, whole } from "./animation/drawnGifs.ts";
import { corpusFiles, readCorpus } from "./corpus.ts";

const HEAD = 65_536;
/** What sharp does not read, or reads as another kind of file. */
const NOT_BY_SHARP = /\.(bmp|ico|jxl|heic|svgz)$|^avif-sequence/;
const OUR_NAMES: Readonly<Record<string, string>> = { heif: "avif" };

describe.each(["formats", "photos"] as const)("corpus/%s", (folder) => {
  const files = corpusFiles(folder);
  test.skipIf(files.length > 0)("skipped: there is no ../shared/corpus", () => {});
  test.each(files)("%s", async (file) => {
    const bytes = readCorpus(folder, file);
    const facts = await factsOf(bytes, bytes.length).catch((error: unknown) => {
      if (error instanceof Failure && error.reason === "format_unsupported") return null;
      throw error;
    });
    if (facts === null) return expect(file).toMatch(/heic|sequence|arithmetic/);
    const head = await factsOf(bytes.subarray(0, HEAD), bytes.length).catch(() => null);
    if (facts.format === "jpeg") expect(head).toEqual(facts);
    else if (head !== null)
      expect(head).toMatchObject({ width: facts.width, height: facts.height, bytes: bytes.length });
    if (NOT_BY_SHARP.test(file)) return;
    const {
      format,
      width,
      height,
      orientation = 1,
      hasAlpha,
      isProgressive,
      pages = 1,
      autoOrient,
    } = await sharp(bytes, { limitInputPixels: false }).metadata();
    expect([facts.width, facts.height]).toEqual([autoOrient?.width ?? width, autoOrient?.height ?? height]);
    expect(facts.format).toBe(OUR_NAMES[format ?? ""] ?? format);
    expect(facts.bytes).toBe(bytes.length);
    if (facts.format !== "avif") expect(facts.orientation).toBe(orientation >= 1 && orientation <= 8 ? orientation : 1);
    if (!["gif", "svg", "avif"].includes(facts.format)) expect(facts.alpha).toBe(hasAlpha);
    if (facts.format === "jpeg" || facts.format === "png") expect(facts.progressive).toBe(isProgressive);
    if (facts.format === "gif" || facts.format === "webp") expect(facts.frames).toBe(pages);
  });
});

test("an animation's duration and loop", async () => {
  const gif = animatedGif([whole(0, { hundredths: 7 }), whole(5, { hundredths: 0 })], 4);
  expect(await factsOf(gif, gif.length)).toMatchObject({ frames: 2, duration: 170, loop: 5 });
  const first = await factsOf(gif.subarray(0, gif.length - 1), gif.length);
  expect(first).toMatchObject({ frames: null, duration: null, loop: null });
});

test("a first part of a moving picture does not say how many frames it has", async () => {
  const bytes = readCorpus("formats", "gif-animated-8frames.gif");
  expect((await factsOf(bytes, bytes.length)).frames).toBe(8);
  expect((await factsOf(bytes.subarray(0, HEAD), bytes.length)).frames).toBeNull();
  expect((await factsOf(bytes.subarray(0, HEAD), null)).bytes).toBeNull();
});

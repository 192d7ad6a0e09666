/** Metadata of every corpus file against exifreader's reading of the same bytes. */
import { describe, expect, test } from "vitest";
import { blocksOf } from "../../../../src/image/formats/codecs.ts";
import { type Exif, NO_EXIF, readExif } from "../../../../src/image/metadata/exif.ts";
import { rightsOf, titleOf } from "../../../../src/image/metadata/rights.ts";
import { sniff } from "../../../../src/image/sniff.ts";
import { corpusFiles, readCorpus } from "../corpus.ts";
import { type Groups, reference, type Tags } from "./exifReader.ts";

const described = (tags: Tags, name: string) => tags[name]?.description?.trim() || null;

/** A rational number as exifreader gives it, as a pair. */
function ratio(tags: Tags, name: string): number | null {
  const value = tags[name]?.value as readonly [number, number] | undefined;
  return value === undefined ? null : Number((value[0] / value[1]).toPrecision(6));
}

function exifOf({ exif }: Groups): Exif {
  const [make, model] = [described(exif, "Make"), described(exif, "Model")];
  const iso = exif.ISOSpeedRatings?.value;
  const taken = described(exif, "DateTimeOriginal");
  return {
    camera: make !== null && model !== null && !model.startsWith(make.split(" ")[0] ?? "") ? `${make} ${model}` : model,
    exposure: ratio(exif, "ExposureTime"),
    aperture: ratio(exif, "FNumber"),
    iso: iso === undefined ? null : Number(Array.isArray(iso) ? iso[0] : iso),
    focalLength: ratio(exif, "FocalLength"),
    takenAt:
      taken === null
        ? null
        : taken.replace(/^(\d+):(\d+):(\d+) /, "$1-$2-$3T") + (described(exif, "OffsetTimeOriginal") ?? ""),
    artist: described(exif, "Artist"),
    copyright: described(exif, "Copyright"),
  };
}

describe.each(["formats", "photos"] as const)("corpus/%s", (folder) => {
  const files = corpusFiles(folder);
  test.skipIf(files.length > 0)("skipped: there is no ../shared/corpus", () => {});
  test.each(files)("%s", async (file) => {
    const bytes = readCorpus(folder, file);
    const format = sniff(bytes);
    const groups = reference(bytes);
    if (format === null || groups === null) return;
    const blocks = await blocksOf(format, bytes);
    expect(blocks.exif === null ? NO_EXIF : readExif(blocks.exif)).toEqual(exifOf(groups));
    const { exif, iptc, xmp } = groups;
    expect(titleOf(blocks)).toBe(described(xmp, "title") ?? described(iptc, "Object Name"));
    const creator = described(xmp, "creator") ?? described(iptc, "By-line") ?? described(exif, "Artist");
    const credit = described(xmp, "Credit") ?? described(iptc, "Credit");
    expect(rightsOf(blocks)).toMatchObject({
      license: described(xmp, "license"),
      statement: described(xmp, "WebStatement"),
      creator,
      copyright: described(xmp, "rights") ?? described(iptc, "Copyright Notice") ?? described(exif, "Copyright"),
      credit: credit === creator ? null : credit,
    });
  });
});

test("the corpus has pictures of every kind that matters", async () => {
  const files = corpusFiles("photos").map((file) => ({ file, bytes: readCorpus("photos", file) }));
  if (files.length === 0) return;
  const known = await Promise.all(files.map(({ bytes }) => blocksOf("jpeg", bytes)));
  const references = files.map(({ bytes }) => reference(bytes));
  expect(references.filter((groups) => groups?.exif.Model !== undefined).length).toBeGreaterThan(10);
  expect(references.filter((groups) => groups?.xmp.WebStatement !== undefined).length).toBeGreaterThan(0);
  expect(references.filter((groups) => groups?.iptc["By-line"] !== undefined).length).toBeGreaterThan(3);
  expect(known.filter(({ exif }) => exif !== null).length).toBeGreaterThan(10);
  expect(known.filter(({ xmp }) => xmp !== null).length).toBeGreaterThan(5);
  expect(known.filter(({ iptc }) => iptc !== null).length).toBeGreaterThan(5);
});

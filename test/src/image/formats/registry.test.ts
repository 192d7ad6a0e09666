import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { imagePath } from "../../../../src/client/url.ts";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { ENCODERS, HEADER_PARSERS } from "../../../../src/image/formats/codecs.ts";
import { ACCEPT_CLASSES, type FormatDescriptor } from "../../../../src/image/formats/descriptor.ts";
import {
  FORMATS,
  formatForClass,
  formatOf,
  formatOfCode,
  type OutputFormat,
  outputFormats,
  outputOf,
  storedClass,
} from "../../../../src/image/formats/registry.ts";
import { type Encode, stillPicture } from "../../../../src/image/picture.ts";
import { sniff } from "../../../../src/image/sniff.ts";
import type { ImageRequest } from "../../../../src/request/imageRequest.ts";
import { formatWords } from "../../../../src/request/options/arguments.ts";
import { contentDisposition, imageHeaders } from "../../../../src/respond/headers.ts";
import { hasMagic } from "../../../../src/store/schema/magic.ts";
import { decodeMeta, encodeMeta } from "../../../../src/store/schema/meta.ts";
import { metaOf, NOW } from "../../../support/stored.ts";
import { PLAIN } from "../../../support/transform.ts";

const DESCRIPTORS: readonly (readonly [string, FormatDescriptor])[] = Object.entries(FORMATS);
const unique = (values: readonly string[]) => expect([...new Set(values)]).toEqual(values);

test("the registry and the sniffer are pure data: whoever imports them gets no codec", async () => {
  const { metafile } = await build({
    entryPoints: ["src/image/formats/registry.ts", "src/image/sniff.ts"],
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
  });
  const other = Object.keys(metafile.inputs).filter((file) => !/formats\/\w+\/descriptor\.ts$/.test(file));
  expect(other.sort()).toEqual([
    "src/image/formats/descriptor.ts",
    "src/image/formats/registry.ts",
    "src/image/formats/svg/root.ts",
    "src/image/sniff.ts",
  ]);
});

describe("no format is lost", () => {
  test("these are named", () => {
    const named = [
      "jpeg",
      "png",
      "webp",
      "gif",
      "bmp",
      "tiff",
      "ico",
      "avif",
      "heic",
      "jxl",
      "pnm",
      "farbfeld",
      "radiance",
      "dds",
      "svg",
    ];
    const refused = ["jp2", "jxr", "qoi", "pdf", "postscript", "djvu", "psd", "mp4", "video"];
    expect(Object.keys(FORMATS)).toEqual([...named, ...refused]);
  });
  test("these are decoded", () => {
    const decoded = DESCRIPTORS.filter(([, { input }]) => input !== null).map(([name]) => name);
    expect(decoded).toEqual([
      "jpeg",
      "png",
      "webp",
      "gif",
      "bmp",
      "tiff",
      "ico",
      "avif",
      "jxl",
      "pnm",
      "farbfeld",
      "radiance",
      "dds",
      "svg",
    ]);
    expect(Object.keys(HEADER_PARSERS)).toEqual(decoded);
  });
  test("these are made, and stored under these codes, which never change", () => {
    const made = outputFormats().map(([name, { acceptClass, storedCode }]) => [name, acceptClass, storedCode]);
    expect(made).toEqual([
      ["avif", "avif", "avif"],
      ["webp", "webp", "webp"],
      ["jpeg", "base", "jpeg"],
      ["png", "base", "png"],
    ]);
  });
});

describe("formats cannot be mistaken for each other", () => {
  test("labels, MIME types, extensions, signatures and stored codes are unique", () => {
    unique(DESCRIPTORS.map(([, { label }]) => label));
    unique(DESCRIPTORS.map(([, { mime }]) => mime));
    unique(DESCRIPTORS.flatMap(([, { extensions }]) => extensions));
    unique(DESCRIPTORS.map(([, { signature }]) => JSON.stringify(signature)));
    unique(outputFormats().map(([, { storedCode }]) => storedCode));
  });
  test("no two formats share a key: a class other than base has one format, which has its name", () => {
    // canonical.ts writes the class where no format is named, and the format's name where one is.
    expect(Object.keys(FORMATS)).not.toContain("base");
    for (const accept of ACCEPT_CLASSES.filter((name) => name !== "base")) {
      expect(FORMATS).toHaveProperty(accept);
      const made = outputFormats().filter(([, { acceptClass }]) => acceptClass === accept);
      expect(made.length).toBeLessThanOrEqual(1);
      for (const [name] of made) expect(name).toBe(accept);
    }
  });
  test("AVIF is encoded elsewhere", async () => {
    const picture = stillPicture({ width: 3, height: 2, data: new Uint8Array(24), alpha: false });
    const encode: Encode = ENCODERS.avif;
    await expect(encode(picture, { quality: 50, effort: 0 })).rejects.toThrow("this Worker has no AVIF encoder");
  });
  test.each((Object.keys(ENCODERS) as OutputFormat[]).filter((name) => name !== "avif"))(
    "what the encoder of %s makes is what its label says",
    async (name) => {
      const picture = stillPicture({ width: 3, height: 2, data: new Uint8Array(24).fill(200), alpha: false });
      const { defaultQuality: quality, defaultEffort: effort } = outputOf(name);
      const bytes = await ENCODERS[name](picture, { quality, effort });
      expect(sniff(bytes)).toBe(name);
      expect(
        outputFormats()
          .filter(([other]) => hasMagic(bytes, other))
          .map(([other]) => other),
      ).toEqual([name]);
    },
  );
});

describe("what is made is known everywhere", () => {
  test.each(outputFormats())("%s: meta, options and client take it", (name) => {
    const meta = metaOf({ format: name });
    expect(decodeMeta(encodeMeta(meta, 1024))).toEqual(meta);
    for (const word of formatOf(name).extensions) expect(formatWords(FORMATS, true).get(word)).toBe(name);
    expect(imagePath("https://a.test/b", { format: name })).toContain(`/f:${name}/`);
  });
  test("only the words of an option name what is made later", () => {
    expect([...formatWords().keys()]).toEqual(["webp", "jpg", "jpeg", "png"]);
    expect([...formatWords(FORMATS, true).keys()]).toEqual(["avif", "webp", "jpg", "jpeg", "png"]);
  });
  test("every format the client knows is made", () => {
    const refused = () => imagePath("https://a.test/b", { format: "bmp" as string as OutputFormat });
    expect(refused).toThrow(
      `one of ${outputFormats()
        .map(([name]) => name)
        .join(", ")}`,
    );
  });
  test("an unknown code is a miss", () => {
    expect(formatOfCode("jpegxl")).toBeNull();
    expect(decodeMeta({ ...encodeMeta(metaOf(), 1024), format: "jpegxl" })).toBeNull();
  });
});

test.each([
  ["avif", false, "webp"],
  ["avif", true, "webp"],
  ["webp", false, "webp"],
  ["webp", true, "webp"],
  ["base", false, "jpeg"],
  ["base", true, "png"],
] as const)("readers of class %s, alpha %s: %s", (accept, alpha, format) => {
  expect(formatForClass(accept, alpha)).toBe(format);
});

/** A format that is made at once: nothing but its descriptor changes. */
describe("an output format that is only registered travels everywhere", () => {
  const AVIF = "avif" as string as OutputFormat;
  const formats = {
    ...FORMATS,
    avif: {
      ...FORMATS.avif,
      output: {
        acceptClass: "avif",
        abilities: { alpha: true, animation: false, quality: true },
        defaultQuality: 50,
        defaultEffort: 6,
        encoder: "avif1",
        bytesPerPixel: 20,
        storedCode: "av1f",
      },
    },
  } as const;
  const meta = metaOf({ format: AVIF });

  test("Accept: its readers get it, others what they had", () => {
    expect(ACCEPT_CLASSES.map((accept) => storedClass(accept, formats))).toEqual(["avif", "webp", "base"]);
    expect(ACCEPT_CLASSES.map((accept) => storedClass(accept))).toEqual(["webp", "webp", "base"]);
    expect(ACCEPT_CLASSES.map((accept) => formatForClass(accept, true, formats))).toEqual(["avif", "webp", "png"]);
  });
  test("options: its extension is a word", () => {
    expect([...formatWords(formats).keys()]).toEqual(["avif", "webp", "jpg", "jpeg", "png"]);
  });
  test("meta: its code is written and read, and is a miss for a Worker that does not know it", () => {
    const record = encodeMeta(meta, 1024, formats);
    expect(record.format).toBe("av1f");
    expect(decodeMeta(record, formats)).toEqual(meta);
    const { avif: _, ...without } = FORMATS;
    expect(decodeMeta(record, without)).toBeNull();
  });
  test("magic: its bytes are its own and nobody else's", () => {
    const bytes = Uint8Array.from("\0\0\0\x1cftypavif\0\0\0\0mif1avif", (c) => c.charCodeAt(0));
    expect(hasMagic(bytes, AVIF, formats)).toBe(true);
    const others = outputFormats().filter(([name]) => name !== AVIF);
    expect(others.some(([name]) => hasMagic(bytes, name, formats))).toBe(false);
    expect(hasMagic(Uint8Array.of(0xff, 0xd8, 0xff), AVIF, formats)).toBe(false);
  });
  test("headers: its MIME type and extension", () => {
    const request: ImageRequest = {
      grammar: "imgproxy",
      source: "https://a.test/cat.jpg",
      transform: PLAIN,
      authority: "signature",
      accept: "avif",
      negotiated: true,
      cachebuster: "",
      expires: null,
      delivery: { filename: null, attachment: false },
    };
    expect(imageHeaders(request, meta, 100, NOW, parseConfig({}), formats).shared.get("content-type")).toBe(
      "image/avif",
    );
    expect(contentDisposition(request, AVIF, formats)).toBe('inline; filename="cat.avif"');
  });
  test("a format that is not made is refused by name, not taken for another", () => {
    const none = { ...FORMATS, avif: { ...FORMATS.avif, output: null } };
    expect(() => encodeMeta(meta, 1024, none)).toThrow("avif is not made here");
  });
});

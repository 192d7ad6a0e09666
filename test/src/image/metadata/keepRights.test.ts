/** The rights of a source in its thumbnails: as other programs read them, and whatever the source writes there. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { blocksOf, XMP_WRITERS } from "../../../../src/image/formats/codecs.ts";
import { jpegWithXmp } from "../../../../src/image/formats/jpeg/xmp.ts";
import type { OutputFormat } from "../../../../src/image/formats/registry.ts";
import { readMarkup } from "../../../../src/image/formats/svg/markup.ts";
import type { Blocks } from "../../../../src/image/metadata/blocks.ts";
import { readExif } from "../../../../src/image/metadata/exif.ts";
import { withRights } from "../../../../src/image/metadata/keepRights.ts";
import { NO_RIGHTS, type Rights, rightsOf, withGiven } from "../../../../src/image/metadata/rights.ts";
import { rightsXmp } from "../../../../src/image/metadata/rightsXmp.ts";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { CORPUS, corpusFiles, readCorpus } from "../corpus.ts";
import { orderOf } from "../orders.ts";
import { reference } from "./exifReader.ts";

const FORMATS = ["webp", "jpeg", "png"] as const satisfies readonly OutputFormat[];
const KEEP = { keepCopyright: "fetched" } as const;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

const picture = async (width = 600, height = 400) =>
  new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background: "teal" } })
      .jpeg()
      .toBuffer(),
  );

/** Ten pictures with rights in EXIF, IPTC and XMP, some with a place and serial numbers. */
const TEN = [
  ["formats", "jpeg-exif-gps-thumb.jpg"],
  ["formats", "jpeg-icc-adobe-rgb.jpg"],
  ["photos", "canyon-wren.jpg"],
  ["photos", "lake-sherburne.jpg"],
  ["photos", "oakland-zoo-otters.jpg"],
  ["photos", "perched-osprey.jpg"],
  ["photos", "san-francisco-skyline.jpg"],
  ["photos", "abstract-spiral.jpg"],
  ["photos", "nuthatch.jpg"],
  ["photos", "tea-gardens.jpg"],
] as const;

describe.runIf(corpusFiles("photos").length > 0)(`ten pictures of ${CORPUS}`, () => {
  test.each(TEN)("%s/%s: written to WebP, JPEG and PNG, and read by another program", async (folder, file) => {
    const bytes = readCorpus(folder, file);
    const source = rightsOf(await blocksOf("jpeg", bytes));
    for (const format of FORMATS) {
      const kept = await renderImage(orderOf(bytes, { width: 120, ...KEEP }, format));
      if (format === "webp") {
        const plain = await renderImage(orderOf(bytes, { width: 120 }, format));
        expect(kept.bytes.length - plain.bytes.length).toBeLessThanOrEqual(512);
      }
      const { xmp, exif, iptc } = reference(kept.bytes) ?? { xmp: {}, exif: {}, iptc: {} };
      expect(xmp.creator?.description ?? null).toBe(source.creator);
      expect(xmp.rights?.description ?? null).toBe(source.copyright);
      expect(rightsOf(await blocksOf(format, kept.bytes))).toEqual(source);
      expect([exif, iptc]).toEqual([{}, {}]);
      const { width, height, xmp: packet } = await sharp(kept.bytes).metadata();
      expect([width, height]).toEqual([kept.width, kept.height]);
      expect(packet === undefined).toBe(Object.values(source).every((text) => text === null));
      expect(latin1(kept.bytes)).not.toMatch(/Exif\0|GPS|[Ss]erial|Lens/);
    }
  });
  test("they carry what the test is about", async () => {
    const all = TEN.map(([folder, file]) => readCorpus(folder, file));
    const rights = await Promise.all(all.map(async (bytes) => rightsOf(await blocksOf("jpeg", bytes))));
    expect(rights.filter(({ creator }) => creator !== null).length).toBeGreaterThan(5);
    expect(all.filter((bytes) => reference(bytes)?.exif.BodySerialNumber !== undefined).length).toBeGreaterThan(3);
    expect(all.filter((bytes) => reference(bytes)?.exif.GPSLatitude !== undefined).length).toBeGreaterThan(0);
  });
});

describe("what is kept", () => {
  const FULL: Rights = {
    license: "https://creativecommons.org/licenses/by-sa/4.0/",
    statement: "https://example.org/rights?a=1&b=2",
    creator: 'Žofie <b>"O\'Neill"</b> & Co',
    copyright: "© 2020 Žofie",
    terms: "Ask ]]> first",
    credit: "NPS",
  };
  const sourceWith = async (rights: Rights) =>
    jpegWithXmp(await picture(), rightsXmp(rights, 4096) ?? new Uint8Array());
  const keptIn = async (format: OutputFormat, bytes: Uint8Array) => rightsOf(await blocksOf(format, bytes));

  test.each(FORMATS)("every right, with everything escaped, in %s, with alpha and without", async (format) => {
    for (const background of [{ r: 0, g: 128, b: 128, alpha: 0.5 }, "teal"]) {
      const source = await sharp({
        create: { width: 900, height: 500, channels: background === "teal" ? 3 : 4, background },
      })
        .png()
        .withXmp(new TextDecoder().decode(rightsXmp(FULL, 4096) ?? new Uint8Array()))
        .toBuffer();
      const { bytes } = await renderImage(orderOf(source, { width: 450, ...KEEP }, format));
      expect(await keptIn(format, bytes)).toEqual(FULL);
      const { width, hasAlpha, xmp = Buffer.alloc(0) } = await sharp(bytes).metadata();
      expect([width, hasAlpha]).toEqual([450, format !== "jpeg" && background !== "teal"]);
      expect(readMarkup(xmp.toString(), { open: () => true, close: () => {}, text: () => {} })).toBe(true);
      expect((await sharp(bytes).raw().toBuffer()).length).toBeGreaterThan(0);
    }
  });

  test.each([
    ["none", "none", {}],
    ["the address and the setting say nothing", null, {}],
    ["what the bytes carry", "fetched", FULL],
    ["the original's", "original", FULL],
  ] as const)("%s", async (_, keepCopyright, wanted) => {
    const { bytes } = await renderImage(orderOf(await sourceWith(FULL), { width: 500, keepCopyright }, "webp"));
    expect(await keptIn("webp", bytes)).toEqual({ ...NO_RIGHTS, ...wanted });
  });

  test("rights that an address gives stand only where the source says nothing", async () => {
    const given = { license: "by-nc-nd", creator: "Jane" };
    const address = "https://creativecommons.org/licenses/by-nc-nd/4.0/";
    const render = async (source: Uint8Array, keepCopyright: "none" | "fetched") => {
      const { bytes } = await renderImage(orderOf(source, { width: 500, keepCopyright, license: given }, "webp"));
      return keptIn("webp", bytes);
    };
    expect(await render(await picture(), "fetched")).toEqual({ ...NO_RIGHTS, license: address, creator: "Jane" });
    expect(await render(await sourceWith(FULL), "fetched")).toEqual(FULL);
    expect(await render(await sourceWith(FULL), "none")).toEqual({ ...NO_RIGHTS, license: address, creator: "Jane" });
    expect(withGiven({ ...NO_RIGHTS, terms: "Ask" }, given)).toMatchObject({ license: null, creator: "Jane" });
    expect(withGiven({ ...NO_RIGHTS, creator: "Ann" }, given)).toMatchObject({ license: address, creator: "Ann" });
    expect(withGiven(NO_RIGHTS, { license: "Ask <me>", creator: "" })).toEqual({ ...NO_RIGHTS, terms: "Ask <me>" });
  });

  test.each([
    [399, 300, 512],
    [300, 399, 512],
    [400, 300, 2048],
    [300, 400, 2048],
  ])("%i x %i: at most %i bytes more", async (width, height, limit) => {
    const long = Object.fromEntries(Object.keys(FULL).map((field) => [field, "https://a.test/".padEnd(900, "ä<&")]));
    const source = jpegWithXmp(
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 2),
      rightsXmp(long as Rights, 1e6) ?? new Uint8Array(),
    );
    for (const format of FORMATS) {
      const file = FILES[format];
      const order = { bytes: source, format: "jpeg", transform: { ...KEEP, license: null } } as const;
      const added = (await withRights(file, { format, width, height }, order)).length - file.length;
      expect(added).toBeLessThanOrEqual(limit);
      expect(added).toBeGreaterThan(limit - 200);
    }
  });
});

const FILES = Object.fromEntries(
  await Promise.all(
    FORMATS.map(async (format) => [format, (await renderImage(orderOf(await picture(), { width: 9 }, format))).bytes]),
  ),
) as Record<(typeof FORMATS)[number], Uint8Array>;

/** The container of a JPEG XL with nothing but metadata in it. */
function jxlOf({ exif, xmp }: Blocks): Uint8Array {
  const box = (type: string, data: Uint8Array) => {
    const whole = Buffer.concat([Buffer.alloc(4), Buffer.from(type), data]);
    whole.writeUInt32BE(whole.length);
    return whole;
  };
  const tiff = Buffer.concat([Buffer.alloc(4), exif ?? Buffer.alloc(0)]);
  return new Uint8Array(
    Buffer.concat([
      box("JXL ", Buffer.from("0d0a870a", "hex")),
      box("Exif", tiff),
      box("xml ", Buffer.from(xmp ?? [])),
    ]),
  );
}

/** A seeded generator of numbers from 0 to below 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

const ROUNDS = process.env.FIRSTLIGHT_LONG === "1" ? 20_000 : 100;

test("rights that are cut twice are those that are cut once (seeded)", () => {
  const random = generator(11);
  const words = ["Jane", " ", "&", "<b>", '"', "é", "🐈", "a".repeat(40), "terms of use", "ß"];
  const text = () => {
    if (random() < 0.3) return null;
    return (
      Array.from({ length: 1 + Math.floor(random() * 60) }, () => words[Math.floor(random() * words.length)])
        .join("")
        .trim()
        .replace(/ {2,}/g, " ") || null
    );
  };
  const address = () => (random() < 0.5 ? null : `https://a.test/${"x".repeat(Math.floor(random() * 700))}`);
  for (let i = 0; i < ROUNDS; i++) {
    const rights = {
      ...{ license: address(), statement: address(), creator: text() },
      ...{ copyright: text(), terms: text(), credit: text() },
    };
    if (rights.statement === rights.license) rights.statement = null;
    const once = rightsXmp(rights, 478);
    const large = rightsXmp(rights, 2014);
    const twice = large === null ? null : rightsXmp(rightsOf({ exif: null, xmp: large, iptc: null }), 478);
    expect(twice).toEqual(once);
    for (const [packet, limit] of [
      [once, 478],
      [large, 2014],
    ] as const)
      expect(packet?.length ?? 0).toBeLessThanOrEqual(limit);
  }
});

describe("hostile metadata never breaks a thumbnail", () => {
  const RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"';
  const rdf = (inside: string) => `<rdf:RDF ${RDF}><rdf:Description>${inside}</rdf:Description></rdf:RDF>`;
  const cases: readonly (readonly [string, Uint8Array, string | null])[] = [
    ["empty", new Uint8Array(), null],
    ["no markup", bytesOf("hello"), null],
    [
      "invalid UTF-8",
      bytesOf(rdf("<dc:rights>a@@b</dc:rights>")).map((byte, i, all) =>
        byte !== 0x40 ? byte : all[i + 1] === 0x40 ? 0xff : 0xc3,
      ),
      "a\ufffd\ufffdb",
    ],
    ["control characters and marks", bytesOf(rdf("<dc:rights>a\u0000\u0007\u202eb</dc:rights>")), "a b"],
    ["a character that XML excludes", bytesOf(rdf("<dc:rights>a&#x7;</dc:rights>")), null],
    ["nested deeply", bytesOf(rdf(`<dc:rights>${"<a>".repeat(20_000)}`)), null],
    ["huge", bytesOf(rdf(`<dc:rights>${"<rdf:li>x</rdf:li>".repeat(3_000)}</dc:rights>`)), "x"],
    ["never closed", bytesOf(rdf("<dc:rights>x").replace(/<\/.*/, "")), null],
    ["closed too often", bytesOf(`</a></b></c>${rdf("<dc:rights>x</dc:rights>")}`), "x"],
    [
      "entities that grow",
      bytesOf(`<!DOCTYPE a [<!ENTITY a "${"a".repeat(250)}">]>${rdf(`<dc:rights>${"&a;".repeat(2_000)}</dc:rights>`)}`),
      null,
    ],
    [
      "an outside entity",
      bytesOf(`<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>${rdf("<dc:rights>&a;</dc:rights>")}`),
      null,
    ],
    [
      "markup that ends ours",
      bytesOf(rdf("<dc:rights>&lt;/rdf:li&gt;&lt;script&gt;</dc:rights>")),
      "</rdf:li><script>",
    ],
    ["prototype names", bytesOf(rdf("<dc:__proto__>x</dc:__proto__><dc:constructor>y</dc:constructor>")), null],
    ["other properties", bytesOf(rdf("<dc:location>x</dc:location>")), null],
  ];
  test.each(cases)("XMP: %s", async (_, xmp, copyright) => {
    const source = xmp.length > 65_000 ? null : jpegWithXmp(await picture(40, 30), xmp);
    const blocks = source === null ? { exif: null, xmp, iptc: null } : await blocksOf("jpeg", source);
    expect(rightsOf(blocks).copyright).toBe(copyright);
    if (source === null) return;
    const { bytes } = await renderImage(orderOf(source, { width: 20, ...KEEP }, "webp"));
    expect((await sharp(bytes).metadata()).width).toBe(20);
    expect(rightsOf(await blocksOf("webp", bytes)).copyright).toBe(copyright);
  });

  test("any change of any byte of a file's metadata (seeded)", async () => {
    const random = generator(5);
    const rights = { ...NO_RIGHTS, creator: "Jane", copyright: "© Jane", license: "https://a.test/by" };
    const source = await sharp(await picture(40, 30))
      .withXmp(new TextDecoder().decode(rightsXmp(rights, 4096) ?? new Uint8Array()))
      .withExif({ IFD0: { Artist: "Jane", Copyright: "© Jane" }, IFD2: { ExposureTime: "1/250" } })
      .toBuffer();
    const others = await Promise.all([
      sharp(source).keepMetadata().webp().toBuffer(),
      sharp(source).keepMetadata().png().toBuffer(),
      sharp(source).keepMetadata().tiff().toBuffer(),
      sharp(source).keepMetadata().avif({ effort: 0 }).toBuffer(),
    ]);
    for (const [format, whole] of [
      ["jpeg", source],
      ["webp", others[0]],
      ["png", others[1]],
      ["tiff", others[2]],
      ["avif", others[3]],
      ["jxl", jxlOf(await blocksOf("jpeg", new Uint8Array(source)))],
    ] as const) {
      const blocks = await blocksOf(format, new Uint8Array(whole ?? []));
      expect([format, rightsOf(blocks).creator]).toEqual([format, "Jane"]);
      const exif = blocks.exif === null ? null : readExif(blocks.exif);
      // sharp writes no EXIF into a TIFF.
      if (format !== "tiff") expect(exif).toMatchObject({ artist: "Jane", exposure: 0.004 });
      for (let i = 0; i < ROUNDS; i++) {
        const bytes = new Uint8Array(whole ?? []).slice(
          0,
          random() < 0.3 ? Math.floor(random() * (whole?.length ?? 0)) : undefined,
        );
        for (let n = Math.floor(random() * 6); n >= 0; n--)
          bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
        const order = { bytes, format, transform: { ...KEEP, license: null } };
        const file = FILES.webp;
        const out = await withRights(file, { format: "webp", width: 9, height: 6 }, order);
        expect(out.length - file.length).toBeLessThanOrEqual(512);
        const packet = (await blocksOf("webp", out)).xmp;
        if (packet !== null) {
          expect(
            readMarkup(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(packet), {
              open: () => true,
              close: () => {},
              text: () => {},
            }),
          ).toBe(true);
        }
      }
    }
  });

  test("256 KB of markup are read in little time", () => {
    const xmp = bytesOf(`<rdf:RDF ${RDF}>${"<dc:x a='b' c='d'/>".repeat(20_000)}`);
    const started = performance.now();
    rightsOf({ exif: null, xmp, iptc: null });
    expect(performance.now() - started).toBeLessThan(200);
  });
});

test("every format that we write takes rights", () =>
  expect(Object.keys(XMP_WRITERS).sort()).toEqual(["avif", ...FORMATS].sort()));

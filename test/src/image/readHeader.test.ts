import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { readHeader } from "../../../src/image/readHeader.ts";
import { sniff } from "../../../src/image/sniff.ts";

const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const picture = (width = 33, height = 21, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 90, g: 120, b: 30, alpha: 0.5 } } });
const bytes = async (from: Sharp) => new Uint8Array(await from.toBuffer());

describe("sniff", () => {
  test.each([
    ["jpeg", hex("ffd8ffe0")],
    ["png", hex("89504e470d0a1a0a")],
    ["webp", ascii("RIFF\0\0\0\0WEBPVP8 ")],
    [null, ascii("RIFF\0\0\0\0WAVEfmt ")],
    ["gif", ascii("GIF87a")],
    ["gif", ascii("GIF89a")],
    [null, ascii("GIF88a")],
    ["bmp", ascii("BM")],
    ["tiff", hex("49492a00")],
    ["tiff", hex("4d4d002a")],
    ["ico", hex("000001000100")],
    ["ico", hex("000002000100")],
    ["avif", ascii("\0\0\0\x1cftypavif\0\0\0\0mif1avif")],
    ["avif", ascii("\0\0\0\x1cftypmif1\0\0\0\0mif1avif")],
    ["heic", ascii("\0\0\0\x18ftypmif1\0\0\0\0heic")],
    ["mp4", ascii("\0\0\0\x18ftypisom\0\0\0\0mp42")],
    [null, ascii("\0\0\0\x18ftypxxxx\0\0\0\0yyyy")],
    ["jxl", hex("ff0a")],
    ["jxl", hex("0000000c4a584c200d0a870a")],
    ["svg", ascii("<svg xmlns='http://www.w3.org/2000/svg'/>")],
    ["svg", ascii('\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x --><svg>')],
    [null, ascii("<!doctype html><html><svg></svg>")],
    [null, ascii("")],
    [null, hex("ffd8")],
  ] as const)("%s", (wanted, start) => expect(sniff(start)).toBe(wanted));
});

describe("readHeader", () => {
  test.each([
    ["baseline JPEG", () => picture().jpeg(), { format: "jpeg", progressive: false, colour: "ycc", alpha: false }],
    ["progressive JPEG", () => picture().jpeg({ progressive: true }), { format: "jpeg", progressive: true }],
    ["grey JPEG", () => picture().toColourspace("b-w").jpeg(), { format: "jpeg", colour: "grey" }],
    ["CMYK JPEG", () => picture().toColourspace("cmyk").jpeg(), { format: "jpeg", colour: "cmyk", inverted: true }],
    ["PNG", () => picture().png(), { format: "png", colour: "rgb", alpha: false, interlaced: false }],
    ["PNG with alpha", () => picture(33, 21, 4).png(), { format: "png", alpha: true }],
    ["interlaced PNG", () => picture().png({ progressive: true }), { format: "png", interlaced: true }],
    ["palette PNG", () => picture().png({ palette: true }), { format: "png", colour: "palette" }],
    ["lossy WebP", () => picture().webp(), { format: "webp", alpha: false, frames: 1 }],
    ["lossless WebP with alpha", () => picture(33, 21, 4).webp({ lossless: true }), { format: "webp", alpha: true }],
    ["WebP with EXIF", () => picture().webp().withMetadata({ orientation: 6 }), { format: "webp", orientation: 6 }],
    ["GIF", () => picture().gif(), { format: "gif", frames: 1, colour: "palette" }],
    ["TIFF", () => picture().tiff(), { format: "tiff" }],
    ["JPEG with EXIF", () => picture().jpeg().withMetadata({ orientation: 8 }), { orientation: 8 }],
    ["PNG with EXIF", () => picture().png().withMetadata({ orientation: 3 }), { orientation: 3 }],
  ] as const)("%s", async (_, make, wanted) => {
    expect(readHeader(await bytes(make()))).toMatchObject({ width: 33, height: 21, ...wanted });
  });

  test("a profile is found in JPEG, PNG and WebP", async () => {
    for (const format of ["jpeg", "png", "webp"] as const) {
      const { icc } = readHeader(await bytes(picture().withIccProfile("p3").toFormat(format)));
      expect(icc?.length).toBeGreaterThan(100);
    }
  });

  test("a profile in more than one APP2 segment is put together, and left out when one is missing", async () => {
    const file = await bytes(picture().jpeg());
    const segment = (number: number, count: number, body: string) => {
      const data = ascii(`ICC_PROFILE\0${String.fromCharCode(number, count)}${body}`);
      return [0xff, 0xe2, 0, data.length + 2, ...data];
    };
    const withSegments = (...segments: number[][]) =>
      new Uint8Array([...file.subarray(0, 2), ...segments.flat(), ...file.subarray(2)]);
    const whole = readHeader(withSegments(segment(2, 2, "world"), segment(1, 2, "hello ")));
    expect(String.fromCharCode(...(whole.icc ?? []))).toBe("hello world");
    expect(readHeader(withSegments(segment(1, 2, "hello "))).icc).toBeNull();
    const pieces = (count: number) => Array.from({ length: count }, (_, i) => segment((i % 255) + 1, 255, "x"));
    expect(readHeader(withSegments(...pieces(255))).icc).toHaveLength(255);
    expect(readHeader(withSegments(...pieces(2_000))).icc).toBeNull();
  });

  describe("the one reader of JPEG markers", () => {
    const MARKERS = { soi: "ffd8", dac: "ffcc00040000", tem: "ff01", rst: "ffd3" };
    const frame = (code: string) => `ff${code}000b080010001001011100`;
    const scan = "ffda0008010100003f00";
    test.each([
      ["a repeated start of image", MARKERS.soi],
      ["a TEM marker", MARKERS.tem],
      ["a stray restart marker", MARKERS.rst],
      ["arithmetic conditioning that no scan uses", MARKERS.dac],
      ["fill bytes", "ffffff"],
      ["stray bytes", "1234"],
    ])("%s before the frame is passed over", (_, stray) => {
      const { jpeg, width, scans } = readHeader(hex(`ffd8${"ffe00003aa"}${stray}${frame("c0")}${scan}`));
      expect([width, scans, jpeg?.scans.length]).toEqual([16, 1, 1]);
    });
    test.each([
      [255, 255],
      [256, 256],
      [300, 256],
    ])("of %i scans all count for the planner, and at most 256 are kept: %i", (count, kept) => {
      const { jpeg, scans } = readHeader(hex(`ffd8ffe00003aa${frame("c2")}${scan.repeat(count)}`));
      expect([scans, jpeg?.scans.length]).toEqual([count, kept]);
    });
    test("a sequential file is read up to its first scan, and is one pass whatever follows", () => {
      const { jpeg, scans, orientation } = readHeader(hex(`ffd8ffe00003aa${frame("c0")}${scan.repeat(9)}`));
      expect([scans, jpeg?.scanCount, orientation]).toEqual([1, 1, 1]);
    });
    test("a scan that names no component of the frame is no picture", () => {
      expect(() => readHeader(hex(`ffd8ffe00003aa${frame("c0")}ffda0008010900003f00`))).toThrow(
        expect.objectContaining({ reason: "image_damaged", facts: { why: "no scan" } }),
      );
    });
  });

  test("frames of an animation are counted", async () => {
    const strip = sharp(Buffer.alloc(20 * 30 * 3, 99), { raw: { width: 20, height: 30, channels: 3, pageHeight: 10 } });
    for (const format of ["gif", "webp"] as const) {
      const header = readHeader(await bytes(strip.clone().toFormat(format)));
      expect([header.format, header.width, header.height]).toEqual([format, 20, 10]);
      expect(header.frames).toBeGreaterThanOrEqual(1);
    }
  });

  test.each([
    ["PNG without width", "89504e470d0a1a0a0000000d49484452000000000000000408020000000000000000000000"],
    ["PNG with 5 bits", "89504e470d0a1a0a0000000d49484452000000040000000405020000000000000000000000"],
    ["PNG of colour type 5", "89504e470d0a1a0a0000000d49484452000000040000000408050000000000000000000000"],
    ["PNG without data", "89504e470d0a1a0a0000000d49484452000000040000000408020000000000000000000000"],
    ["PNG of a signature", "89504e470d0a1a0a"],
    ["JPEG of a marker", "ffd8ff"],
    ["JPEG with height 0", "ffd8ffc0000b08000000100101110000ffda0008010100003f00"],
    ["JPEG of 0 components", "ffd8ffc0000808001000100000ffda"],
    ["JPEG whose frame header is cut short", "ffd8ffc0000b0800100010030111"],
    ["JPEG with sampling 5", "ffd8ffc0000b08001000100101510000ffda0008010100003f00"],
    ["JPEG with a segment of length 1", "ffd8ffe00001"],
    ["GIF without a frame", "474946383961040004000000003b"],
    ["GIF without a width", "47494638396100000400000000"],
    ["WebP without chunks", "524946460400000057454250"],
    ["WebP with a bad start code", "524946461200000057454250565038200a0000000000000000000000000000"],
    ["BMP of two bytes", "424d"],
    ["TIFF with a directory outside", "49492a00ffffff7f"],
    ["ICO of nothing", "000001000000"],
  ])("%s is damaged", (_, start) => {
    expect(() => readHeader(hex(start))).toThrow(expect.objectContaining({ reason: "image_damaged" }));
  });

  test.each([
    ["arithmetic", "ffd8ffc9000b08001000100101110000ffda", "JPEG (arithmetic-coded)"],
    ["lossless", "ffd8ffc3000b08001000100101110000ffda", "JPEG (lossless)"],
    ["12 bits", "ffd8ffc1000b0c001000100101110000ffda", "JPEG (12-bit)"],
    ["of 2 components", "ffd8ffc0000e080010001002011100021100ffda", "JPEG (2 colour components)"],
    ["hierarchical", "ffd8ffc5000b08001000100101110000ffda", "JPEG (hierarchical)"],
    ["JPEG-LS", "ffd8fff7000b08001000100101110000ffda", "JPEG (lossless)"],
  ])("JPEG that is %s is named, not decoded", (_, start, value) => {
    expect(() => readHeader(hex(start))).toThrow(
      expect.objectContaining({ reason: "format_unsupported", facts: { value } }),
    );
  });

  test.each([
    ["JPEG 2000", "0000000c6a5020200d0a870a00000014667479706a703220"],
    ["JPEG 2000", "ff4fff510029"],
    ["JPEG XR", "4949bc0108000000"],
    ["PDF", "255044462d312e37"],
    ["PostScript", "252150532d41646f6265"],
    ["DjVu", "41542654464f524d00000000444a5655"],
    ["Photoshop", "384250530001"],
    ["HEIC", "00000018667479706865696300000000686569636d696631"],
    ["MP4 video", "0000001c6674797069736f6d0000020069736f6d69736f32"],
    ["MP4 video", "00000014667479707174202000000000717420200000"],
    ["video", "1a45dfa39f4286810142f7810142f2"],
    ["video", "000000086d6f6f76"],
    ["video", "52494646000000004156492000000000"],
    ["video", "4f67675300020000"],
    ["PNG of iOS applications (CgBI)", "89504e470d0a1a0a0000000443674249500020022b38"],
  ])("%s is refused by name: %s", (value, start) => {
    expect(() => readHeader(hex(start))).toThrow(
      expect.objectContaining({ reason: "format_unsupported", facts: { value } }),
    );
  });

  test("a file that is cut or has a changed byte gives a header or a Failure, never another error", async () => {
    const files = await Promise.all([
      bytes(picture().jpeg().withMetadata({ orientation: 5 }).withIccProfile("p3")),
      bytes(picture(33, 21, 4).png().withMetadata({ orientation: 5 })),
      bytes(picture(33, 21, 4).webp().withMetadata({ orientation: 5 })),
      bytes(picture().gif()),
      bytes(picture().tiff()),
    ]);
    for (const file of files) {
      for (let i = 0; i < Math.min(file.length, 700); i++) {
        const cut = file.slice(0, i);
        const changed = file.slice();
        changed[i] = (changed[i] ?? 0) ^ (i % 2 === 0 ? 0xff : 0x10);
        for (const candidate of [cut, changed]) {
          try {
            const { width, height } = readHeader(candidate);
            expect(width > 0 && height > 0).toBe(true);
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
          }
        }
      }
    }
  });
});

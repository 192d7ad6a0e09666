/** Files with a gain map: the base picture is shown, as by every program that knows nothing of the map. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readHeader } from "../../../../src/image/readHeader.ts";
import { renderAny } from "../../heavy/renderAny.ts";
import { decodedPixels, psnr } from "../corpus.ts";
import { orderOf } from "../orders.ts";
import { avifFile, box, coded, quarters } from "./avif/avifFile.ts";
import { jxlFile } from "./jxl/jxlFile.ts";

const [WIDTH, HEIGHT] = [120, 80];
const base = quarters(WIDTH, HEIGHT);
/** A map at half the size, which would show at once: no colour of the base is grey. */
const map = sharp({ create: { width: 60, height: 40, channels: 3, background: "#555" } });

const shown = async (bytes: Uint8Array) => decodedPixels((await renderAny(orderOf(bytes, { width: 60 }, "png"))).bytes);

function segment(code: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(0xff, code, (body.length + 2) >> 8, (body.length + 2) & 255), body]);
}

/** Ultra HDR 1.1: XMP and an index (MPF, CIPA DC-007) in the first picture, the map as a second picture behind it. */
async function ultraHdr(): Promise<{ readonly plain: Buffer; readonly file: Uint8Array }> {
  const [plain, second] = await Promise.all([base.jpeg({ quality: 95 }).toBuffer(), map.jpeg().toBuffer()]);
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/></rdf:RDF></x:xmpmeta>`;
  const index = Buffer.alloc(82);
  // A TIFF directory with version, number of pictures, and 16 bytes for each of two.
  index.write("MM\0*", 0, "latin1");
  index.writeUInt32BE(8, 4);
  index.writeUInt16BE(3, 8);
  const fields = [
    [0xb000, 7, 4, 0x30313030],
    [0xb001, 4, 1, 2],
    [0xb002, 7, 32, 50],
  ] as const;
  for (const [i, [tag, type, count, value]] of fields.entries()) {
    index.writeUInt16BE(tag, 10 + 12 * i);
    index.writeUInt16BE(type, 12 + 12 * i);
    index.writeUInt32BE(count, 14 + 12 * i);
    index.writeUInt32BE(value, 18 + 12 * i);
  }
  index.writeUInt32BE(0x30000, 50);
  index.writeUInt32BE(second.length, 70);
  const head = [segment(0xe1, Buffer.from("http://ns.adobe.com/xap/1.0/\0"), Buffer.from(xmp))];
  const first = Buffer.concat([
    plain.subarray(0, 2),
    ...head,
    segment(0xe2, Buffer.from("MPF\0"), index),
    plain.subarray(2),
  ]);
  index.writeUInt32BE(first.length, 54);
  return { plain, file: new Uint8Array(Buffer.concat([first, second])) };
}

test("JPEG (Ultra HDR): the first picture, and nothing of the second", async () => {
  const { plain, file } = await ultraHdr();
  expect(readHeader(file)).toMatchObject({ format: "jpeg", width: WIDTH, height: HEIGHT, icc: null });
  expect(Buffer.compare(await shown(file), await shown(new Uint8Array(plain)))).toBe(0);
});

test("a JPEG whose first picture is cut is not completed from the second", async () => {
  const { plain, file } = await ultraHdr();
  const cut = Buffer.concat([plain.subarray(0, plain.length >> 1), file.subarray(file.length - 400)]);
  const { truncated } = await renderAny(orderOf(new Uint8Array(cut), { width: 60 }, "png"));
  expect(truncated).toBe(true);
});

test("AVIF (tmap): the primary picture", async () => {
  const [picture, gainMap] = await Promise.all([coded(base), coded(map)]);
  const file = avifFile({ tiles: [picture], gainMap });
  expect(readHeader(file)).toMatchObject({ format: "avif", width: WIDTH, height: HEIGHT });
  expect(Buffer.compare(await shown(file), await shown(avifFile({ tiles: [picture] })))).toBe(0);
});

describe("JPEG XL (jhgm)", () => {
  test("the picture of the codestream", async () => {
    const pixels = new Uint8Array(await base.clone().ensureAlpha().raw().toBuffer());
    const codestream = await jxlFile(pixels, WIDTH, HEIGHT);
    const file = Buffer.concat([
      box("JXL ", Uint8Array.of(0x0d, 0x0a, 0x87, 0x0a)),
      box("ftyp", Buffer.from("jxl \0\0\0\0jxl ")),
      box("jhgm", Uint8Array.of(0, 0, 0, 0, 0, 0), await jxlFile(new Uint8Array(4 * 60 * 40).fill(85), 60, 40)),
      box("jxlc", codestream),
    ]);
    expect(readHeader(new Uint8Array(file))).toMatchObject({ format: "jxl", width: WIDTH, height: HEIGHT });
    expect(psnr(await shown(codestream), await shown(new Uint8Array(file)))).toBeGreaterThan(60);
  });
});

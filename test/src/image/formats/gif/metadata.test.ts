/** Comments and XMP of a GIF, in files of a few bytes. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { factsOf } from "../../../../../src/image/facts.ts";
import { blocksOf } from "../../../../../src/image/formats/codecs.ts";
import { rightsOf } from "../../../../../src/image/metadata/rights.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";

const SCREEN = Buffer.concat([Buffer.from("GIF89a"), Buffer.from([2, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255])]);
const FRAME = Buffer.from([0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x44, 0x0a, 0]);
const END = Buffer.from([0x3b]);
const subBlocks = (data: Buffer, size = 255) => {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += size) {
    const part = data.subarray(at, at + size);
    parts.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
};
const comment = (text: string | Buffer, size?: number) =>
  Buffer.concat([Buffer.from([0x21, 0xfe]), subBlocks(Buffer.from(text), size)]);
const application = (name: string, body: Buffer) =>
  Buffer.concat([Buffer.from([0x21, 0xff, 11]), Buffer.from(name, "latin1"), body]);
const TRAILER = Buffer.from([1, ...Array.from({ length: 256 }, (_, i) => 255 - i), 0]);
const packet = (inside: string) =>
  Buffer.from(
    `<?xpacket begin="" id=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#"><rdf:Description>${inside}</rdf:Description></rdf:RDF></x:xmpmeta>`,
  );
const FULL = packet(
  '<dc:title><rdf:Alt><rdf:li>Dots</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>Jane</rdf:li></rdf:Seq></dc:creator><dc:rights><rdf:Alt><rdf:li>© Jane</rdf:li></rdf:Alt></dc:rights><cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>',
);
const raw = (xmp: Buffer) => application("XMP DataXMP", Buffer.concat([xmp, TRAILER]));
const gif = (...parts: readonly Buffer[]) => new Uint8Array(Buffer.concat([SCREEN, ...parts]));
const rights = async (bytes: Uint8Array) => rightsOf(await blocksOf("gif", bytes));
const RIGHTS = {
  ...{ creator: "Jane", copyright: "© Jane", license: "https://creativecommons.org/licenses/by/4.0/" },
  ...{ statement: null, terms: null, credit: null },
};

describe("XMP", () => {
  const loop = application("NETSCAPE2.0", Buffer.from([3, 1, 0, 0, 0]));
  test.each([
    ["before the frame", gif(raw(FULL), FRAME, END)],
    ["behind the frame and the loop count", gif(loop, FRAME, raw(FULL), END)],
    ["without the trailer, at the end of a cut file", gif(FRAME, application("XMP DataXMP", FULL))],
    ["in sub-blocks", gif(application("XMP DataXMP", subBlocks(FULL)), FRAME, END)],
    ["in sub-blocks of 60 bytes, which is what < is as a length", gif(application("XMP DataXMP", subBlocks(FULL, 60)))],
  ])("%s", async (_, bytes) => expect(await rights(bytes)).toEqual(RIGHTS));

  test("the packet ends before the trailer, and the first of two counts", async () => {
    const { xmp } = await blocksOf("gif", gif(raw(FULL), raw(packet("<dc:rights>other</dc:rights>")), FRAME, END));
    expect(Buffer.from(xmp ?? []).toString()).toBe(FULL.toString());
  });
  test("another application's data are none", async () => {
    const { xmp } = await blocksOf("gif", gif(application("XMP DataXMQ", subBlocks(FULL)), FRAME, END));
    expect(xmp).toBeNull();
  });
  test("what stands behind it is still read: the frame", async () => {
    const pixels = await renderImage(orderOf(gif(raw(FULL), FRAME, END), { width: 2 }, "png"));
    expect([pixels.width, pixels.height, pixels.truncated]).toEqual([2, 1, false]);
  });
});

describe("comments", () => {
  test.each([
    ["© 2020 Jane", "© 2020 Jane"],
    ["(c) Jane", "(c) Jane"],
    ["Copyright\r\n Jane", "Copyright Jane"],
    [Buffer.from("\u00a9 Žofie".replace("Ž", "Z"), "latin1"), "© Zofie"],
    ["Created with GIMP", null],
    ["copyrighted by nobody", null],
    ["", null],
  ] as const)("%s", async (text, copyright) => {
    expect(await rights(gif(comment(text as string), FRAME, END))).toMatchObject({ copyright, creator: null });
  });
  test("in sub-blocks of 3 bytes, behind one that claims nothing", async () => {
    const bytes = gif(comment("Created with GIMP"), FRAME, comment("Copyright Jane", 3), END);
    expect((await rights(bytes)).copyright).toBe("Copyright Jane");
  });
  test("XMP counts before a comment", async () => {
    expect((await rights(gif(comment("Copyright X"), raw(FULL), FRAME, END))).copyright).toBe("© Jane");
  });
});

test("/info has them", async () => {
  const bytes = gif(raw(FULL), comment("Created with GIMP"), FRAME, END);
  expect(await factsOf(bytes, bytes.length)).toMatchObject({ title: "Dots", artist: "Jane", copyright: "© Jane" });
});

test("a thumbnail keeps the rights, and not the title", async () => {
  const made = await renderImage(orderOf(gif(raw(FULL), FRAME, END), { width: 2, keepCopyright: "fetched" }, "webp"));
  const { xmp } = await sharp(made.bytes).metadata();
  expect(rightsOf({ exif: null, xmp: new Uint8Array(xmp ?? []), iptc: null })).toEqual(RIGHTS);
  expect(xmp?.toString()).not.toContain("Dots");
});

describe("hostile", () => {
  test("a cut at every byte, and every byte changed, throws nothing", async () => {
    const bytes = gif(comment("Copyright Jane"), raw(FULL), FRAME, END);
    for (let at = 0; at < bytes.length; at++) {
      await blocksOf("gif", bytes.subarray(0, at));
      for (const value of [0, 0x3c, 255]) await rights(bytes.with(at, value));
    }
  });
  test("only the first 4 096 blocks are looked at", async () => {
    const many = Array.from({ length: 4_095 }, () => comment("x"));
    expect((await rights(gif(...many, comment("Copyright Jane")))).copyright).toBe("Copyright Jane");
    expect((await rights(gif(...many, comment("x"), comment("Copyright Jane")))).copyright).toBeNull();
  });
  test("8 MB of comments and a comment of 8 MB take little time", async () => {
    const small = gif(Buffer.alloc(8_000_000, comment("x")));
    const large = gif(comment(`Copyright ${"x".repeat(8_000_000)}`));
    // CPU time: other programs on the machine do not count.
    const started = process.threadCpuUsage();
    await rights(small);
    expect((await rights(large)).copyright?.length).toBe(2_000);
    expect(process.threadCpuUsage(started).user / 1000).toBeLessThan(200);
  });
});

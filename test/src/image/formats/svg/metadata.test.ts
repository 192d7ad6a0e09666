/** Title and RDF of an SVG, as programs write them. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { factsOf } from "../../../../../src/image/facts.ts";
import { blocksOf } from "../../../../../src/image/formats/codecs.ts";
import { withRights } from "../../../../../src/image/metadata/keepRights.ts";
import { NO_RIGHTS, rightsOf } from "../../../../../src/image/metadata/rights.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { jpegOf } from "../../../../support/sources/picture.ts";
import { orderOf } from "../../orders.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const SPACES =
  'xmlns="http://www.w3.org/2000/svg" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:cc="http://creativecommons.org/ns#"';
const svg = (inside: string, spaces = SPACES) => `<svg ${spaces} width="20" height="10">${inside}</svg>`;
const facts = async (text: string | Uint8Array) => {
  const bytes = typeof text === "string" ? encode(text) : text;
  const { title, artist, copyright } = await factsOf(bytes, bytes.length);
  return { title, artist, copyright };
};
const rights = async (text: string) => rightsOf(await blocksOf("svg", encode(text)));

const INKSCAPE = `<metadata id="m"><rdf:RDF><cc:Work rdf:about=""><dc:format>image/svg+xml</dc:format><dc:title/>
<dc:publisher><cc:Agent><dc:title>A house</dc:title></cc:Agent></dc:publisher>
<dc:creator><cc:Agent><dc:title>Jane &amp; Co</dc:title></cc:Agent></dc:creator>
<dc:rights><cc:Agent><dc:title>© Jane</dc:title></cc:Agent></dc:rights>
<cc:license rdf:resource="http://creativecommons.org/licenses/by-sa/4.0/"/></cc:Work></rdf:RDF></metadata>`;
const FULL = {
  ...NO_RIGHTS,
  ...{ license: "http://creativecommons.org/licenses/by-sa/4.0/", creator: "Jane & Co", copyright: "© Jane" },
};
/** As the Open Clip Art Library wrote it: the old namespace, and without prefixes. */
const CLIP_ART = `<metadata><rdf:RDF xmlns="http://web.resource.org/cc/" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><Work rdf:about=""><dc:title>Tree</dc:title>
<dc:creator><Agent><dc:title>Jo</dc:title></Agent></dc:creator>
<license rdf:resource="http://web.resource.org/cc/PublicDomain"/></Work></rdf:RDF></metadata>`;

describe("RDF", () => {
  test("as Inkscape writes it, with the namespaces at the root", async () => {
    expect(await rights(svg(INKSCAPE))).toEqual(FULL);
    expect(await facts(svg(INKSCAPE))).toEqual({ title: null, artist: "Jane & Co", copyright: "© Jane" });
  });
  test("of old clip art, in the old namespace and without prefixes", async () => {
    const text = svg(CLIP_ART, 'xmlns="http://www.w3.org/2000/svg"');
    expect(await rights(text)).toEqual({
      ...NO_RIGHTS,
      ...{ license: "http://web.resource.org/cc/PublicDomain", creator: "Jo" },
    });
    expect((await facts(text)).title).toBe("Tree");
  });
  test("behind the drawing, with the prefix svg, and after a comment that looks like it", async () => {
    const drawing = `<path d="${"M0 0".repeat(100_000)}"/>`;
    const prefixed = INKSCAPE.replaceAll("metadata", "svg:metadata");
    const text = svg(`<!-- <metadata> --><style><![CDATA[<metadata>]]></style>${drawing}${prefixed}`);
    expect(await rights(text)).toEqual(FULL);
  });
  test("XMP in the metadata", async () => {
    const xmp = `<metadata><?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description dc:rights="© Jane"/></rdf:RDF></x:xmpmeta></metadata>`;
    expect((await rights(svg(xmp))).copyright).toBe("© Jane");
  });
  test("elements of these names outside of RDF's namespaces say nothing", async () => {
    expect(
      await rights(svg("<metadata><license>x</license><rights>y</rights><creator>z</creator></metadata>")),
    ).toEqual(NO_RIGHTS);
  });
  test("in UTF-16", async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(svg(INKSCAPE), "utf16le")]);
    expect(rightsOf(await blocksOf("svg", bytes))).toEqual(FULL);
  });
});

describe("the title", () => {
  test.each([
    ["a child of the root", "<title>A &lt;b&gt;</title><g/>", "A <b>"],
    ["before that of the RDF", `<title>Mine</title>${CLIP_ART}`, "Mine"],
    ["of a part is not that of the picture", "<g><title>Layer</title></g>", null],
    ["of a part, and then its own", "<g><title>Layer</title></g><title>Mine</title>", "Mine"],
    ["the first of two", "<title>One</title><title>Two</title>", "One"],
    ["empty", "<title/><title></title>", null],
    ["with the prefix svg", "<svg:title>Mine</svg:title>", "Mine"],
    ["with elements in it", "<title>a<b>c</b>d</title><g>e</g>", "acd"],
  ])("%s", async (_, inside, title) => expect((await facts(svg(inside))).title).toBe(title));
  test("of an SVGZ", async () => {
    expect((await facts(gzipSync(svg("<title>Mine</title>")))).title).toBe("Mine");
  });
});

test("a thumbnail keeps the rights, and not the title", async () => {
  const { bytes: file } = await renderImage(orderOf(await jpegOf({ r: 1, g: 2, b: 3 }), { width: 9 }, "webp"));
  const transform = { keepCopyright: "fetched", license: null } as const;
  const order = { bytes: encode(svg(`<title>Mine</title>${INKSCAPE}`)), format: "svg", transform } as const;
  const kept = await withRights(file, { format: "webp", width: 9, height: 9 }, order);
  expect(rightsOf(await blocksOf("webp", kept))).toEqual(FULL);
  expect(Buffer.from(kept).toString("latin1")).not.toContain("Mine");
});

describe("hostile", () => {
  const text = svg(`<title>Mine</title>${INKSCAPE}`);
  test("a cut at every byte, and every byte changed, throws nothing", async () => {
    const bytes = encode(text);
    for (let at = 0; at < bytes.length; at++) {
      await blocksOf("svg", bytes.subarray(0, at));
      for (const value of [0, 0x3c, 0x26, 255]) rightsOf(await blocksOf("svg", bytes.with(at, value)));
    }
  });
  test.each([
    ["comments that do not end", "<!--".repeat(1_000_000)],
    ["names that do not end", `<${"a".repeat(4_000_000)}`],
    ["tags", "<a>".repeat(1_300_000)],
    ["metadata", "<metadata>".repeat(400_000)],
    ["titles", `<title>${"x".repeat(3_900_000)}</title>`],
    ["namespaces", `<a ${Array.from({ length: 10_000 }, (_, i) => `xmlns:a${i}="b"`).join(" ")}>`],
  ])("4 MB of %s take little time", async (_, inside) => {
    const bytes = encode(`<svg ${SPACES}>${inside}`);
    // CPU time: other programs on the machine do not count.
    const started = process.threadCpuUsage();
    rightsOf(await blocksOf("svg", bytes));
    expect(process.threadCpuUsage(started).user / 1000).toBeLessThan(300);
  });
  test("a file over the limit is read up to it", async () => {
    expect(await rights(`${" ".repeat(4 * 1024 * 1024)}${text}`)).toEqual(NO_RIGHTS);
  });
});

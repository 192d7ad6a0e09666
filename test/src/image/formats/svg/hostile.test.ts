/** Documents that want to run, fetch, or cost more than a picture may: each is drawn without that, or refused. */
import { describe, expect, test } from "vitest";
import { MAX_SVG_BYTES } from "../../../../../src/image/formats/svg/text.ts";
import { MAX_DEPTH, MAX_ELEMENTS } from "../../../../../src/image/formats/svg/tree.ts";
import { draw, gzip, many, refusalOf, svg } from "./svgFile.ts";

const RED = [255, 0, 0, 255];
const CLEAR = [0, 0, 0, 0];
const SQUARE = '<rect width="1000" height="1000" fill="red"/>';
/** Longer than anything that we let through takes, on a loaded machine. */
const SOON_MS = 5_000;

describe("what would run is not drawn, and what stands beside it is", () => {
  test.each([
    ["a script", `<script>document.documentElement.remove()</script>${SQUARE}`],
    ["a script in CDATA", `<script><![CDATA[ while (true); ]]></script>${SQUARE}`],
    ["event handlers", `<g onload="alert(1)" onclick="alert(2)">${SQUARE}</g>`],
    [
      "a foreignObject",
      `<foreignObject width="1000" height="1000"><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>${SQUARE}`,
    ],
    [
      "animation",
      `<rect width="1000" height="1000" fill="red"><animate attributeName="fill" to="blue"/><set attributeName="x" to="900"/></rect>`,
    ],
    ["an iframe", `<iframe xmlns="http://www.w3.org/1999/xhtml" src="http://a.test/"/>${SQUARE}`],
  ])("%s", async (_, body) => {
    expect((await draw(svg(body))).at(50, 50)).toEqual(RED);
  });
  test("HTML inside a foreignObject is no second document", async () => {
    const inside =
      '<foreignObject><svg xmlns="http://www.w3.org/2000/svg"><rect width="9999" height="9999"/></svg></foreignObject>';
    expect((await draw(svg(`${inside}<rect width="10" height="10"/>`))).at(50, 50)).toEqual(CLEAR);
  });
});

describe("no address in a document is followed", () => {
  const image = (href: string) =>
    svg(`<image width="1000" height="1000" xlink:href="${href}"/><image width="1000" height="1000" href="${href}"/>`);
  const nested = Buffer.from(svg(SQUARE)).toString("base64");
  test.each([
    ["http", "http://a.test/x.png"],
    ["protocol-relative", "//a.test/x.png"],
    ["file", "file:///etc/passwd"],
    ["a relative one", "x.png"],
    ["an SVG as data", `data:image/svg+xml;base64,${nested}`],
    ["an SVG as data that says PNG", `data:image/png;base64,${nested}`],
    ["a GIF as data", "data:image/gif;base64,R0lGODdhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs="],
    ["data of no type", `data:,${nested}`],
  ])("%s", async (_, href) => {
    expect((await draw(image(href))).ink).toBe(0);
  });
  test.each([
    ["use", '<use xlink:href="http://a.test/x.svg#a"/>'],
    ["a style sheet", "<style>@import url(http://a.test/x.css); rect { fill: url(http://a.test/x.svg#g) }</style>"],
    ["a processing instruction", ""],
    [
      "a filter's image",
      '<filter id="f"><feImage xlink:href="http://a.test/x.png"/></filter><rect filter="url(#f)" width="9" height="9"/>',
    ],
    ["a font", "<style>@font-face { font-family: x; src: url(http://a.test/x.ttf) } text { font-family: x }</style>"],
  ])("%s", async (_, body) => {
    expect(
      (
        await draw(
          `<?xml-stylesheet href="http://a.test/x.css"?>${svg(`${body}<circle cx="500" cy="500" r="90" fill="red"/>`)}`,
        )
      ).at(50, 50),
    ).toEqual(RED);
  });
  test("a PNG in the document is drawn, one over the limit is not", async () => {
    const { default: sharp } = await import("sharp");
    const png = async (side: number) => {
      const bytes = await sharp({ create: { width: side, height: side, channels: 3, background: "red" } })
        .png()
        .toBuffer();
      return image(`data:image/png;base64,\n${bytes.toString("base64")}`);
    };
    expect((await draw(await png(50))).at(50, 50)).toEqual(RED);
    expect((await draw(await png(2_001))).ink).toBe(0);
  });
});

describe("entities", () => {
  const doctype = (subset: string) => `<?xml version="1.0"?><!DOCTYPE svg [${subset}]>`;
  test("plain ones are replaced, as Illustrator writes its namespaces", async () => {
    const head = doctype('<!-- don\'t --> <!ENTITY ns_svg "http://www.w3.org/2000/svg"><!ENTITY c "red">');
    const text = `${head}<svg xmlns="&ns_svg;" width="10" height="10"><rect width="10" height="10" fill="&c;"/></svg>`;
    expect((await draw(text)).at(50, 50)).toEqual(RED);
  });
  test.each([
    ["nested", '<!ENTITY a "x"><!ENTITY b "&a;&a;">', "&b;"],
    ["markup", '<!ENTITY b "<rect/>">', "&b;"],
    ["a file", '<!ENTITY b SYSTEM "file:///etc/passwd">', "&b;"],
    ["public", '<!ENTITY b PUBLIC "x" "http://a.test/x">', "&b;"],
    ["of parameters", '<!ENTITY % b "x"> %b;', "&b;"],
    ["unknown", "", "&b;"],
  ])("%s: refused where it is used", async (_, subset, use) => {
    expect(await refusalOf(`${doctype(subset)}${svg(`<text>${use}</text>`)}`)).toBe("format_unsupported");
    expect(await refusalOf(`${doctype(subset)}${svg(SQUARE)}`)).toBe("drawn");
  });
  test("a bomb of plain ones stops at its limit", async () => {
    const head = doctype(`<!ENTITY a "${"x".repeat(256)}">`);
    expect(await refusalOf(`${head}${svg(`<g id="${"&a;".repeat(256)}"/>`)}`)).toBe("drawn");
    expect(await refusalOf(`${head}${svg(`<g id="${"&a;".repeat(257)}"/>`)}`)).toBe("source_too_complex");
  });
});

/** Whatever it is, the answer comes soon. */
const COSTLY: readonly (readonly [
  name: string,
  document: () => string,
  "drawn" | "source_too_complex" | "image_damaged",
])[] = [
  ["a canvas of 100 000 px", () => svg(SQUARE, 'width="100000" height="100000"'), "drawn"],
  [
    "a canvas of 100 000 px that is blurred",
    () =>
      svg(
        `<filter id="f"><feGaussianBlur stdDeviation="900"/></filter><g filter="url(#f)"><rect width="100000" height="100000" fill="red"/></g>`,
        'width="100000" height="100000"',
      ),
    "drawn",
  ],
  [
    "2 000 translucent paths",
    () => svg(many(2_000, (i) => `<path opacity=".5" d="M0 0L1000 ${i % 1000}L900 1000L0 900z"/>`)),
    "source_too_complex",
  ],
  [
    "2 000 translucent paths by a style sheet",
    () =>
      svg(
        `<style>.a{opacity:.5}</style>${many(2_000, (i) => `<path class="a" d="M0 0L1000 ${i % 1000}L900 1000L0 900z"/>`)}`,
      ),
    "source_too_complex",
  ],
  [
    "20 000 small shapes",
    () => svg(many(20_000, (i) => `<rect x="${i % 990}" y="${i % 970}" width="4" height="4" fill-opacity=".5"/>`)),
    "drawn",
  ],
  ["elements at the limit", () => svg(many(MAX_ELEMENTS, () => "<g/>")), "source_too_complex"],
  [
    "a path of 300 000 long lines",
    () => svg(`<path d="M0 0${many(300_000, (i) => `L${(i * 7919) % 1000} ${(i * 104_729) % 1000}`)}"/>`),
    "source_too_complex",
  ],
  [
    "a path of 100 000 short lines",
    () => svg(`<path d="M500 500${many(100_000, (i) => `l${(i % 3) - 1} ${(i % 5) - 2}`)}"/>`),
    "drawn",
  ],
  [
    "doubling by use, 30 levels",
    () =>
      svg(
        `<defs><g id="a0">${SQUARE}</g>${many(30, (i) => `<g id="a${i + 1}"><use xlink:href="#a${i}"/><use xlink:href="#a${i}"/></g>`)}</defs><use xlink:href="#a30"/>`,
      ),
    "source_too_complex",
  ],
  [
    "use that goes round",
    () => svg(`<g id="a"><use xlink:href="#b"/></g><g id="b"><use xlink:href="#a"/></g>`),
    "source_too_complex",
  ],
  [
    "a chain of 1 000 uses",
    () => svg(`<g id="u0">${SQUARE}</g>${many(1_000, (i) => `<g id="u${i + 1}"><use xlink:href="#u${i}"/></g>`)}`),
    "source_too_complex",
  ],
  [
    "1 000 000 dashes",
    () => svg(`<path d="M0 0${"L1000 1000L0 0".repeat(50)}" stroke="red" stroke-dasharray=".1"/>`),
    "source_too_complex",
  ],
  [
    "a mask on each of 2 000 shapes",
    () =>
      svg(
        `<mask id="m">${many(20, () => SQUARE)}</mask>${many(2_000, () => `<rect mask="url(#m)" width="1000" height="1000"/>`)}`,
      ),
    "source_too_complex",
  ],
  [
    "a clip on each of 2 000 shapes",
    () =>
      svg(
        `<clipPath id="m"><circle cx="500" cy="500" r="400"/></clipPath>${many(2_000, () => `<rect clip-path="url(#m)" width="1000" height="1000"/>`)}`,
      ),
    "source_too_complex",
  ],
  [
    "a pattern with a tile of 100 000 px",
    () =>
      svg(
        `<pattern id="p" width="100000" height="100000" patternUnits="userSpaceOnUse">${SQUARE}</pattern><rect fill="url(#p)" width="1000" height="1000"/>`,
      ),
    "source_too_complex",
  ],
  [
    "a marker at each of 10 000 corners",
    () =>
      svg(
        `<marker id="m" overflow="visible">${SQUARE}</marker><path marker-mid="url(#m)" d="M0 0${"l1 1".repeat(10_000)}"/>`,
      ),
    "source_too_complex",
  ],
  [
    "turbulence of 10 000 octaves",
    () =>
      svg(
        `<filter id="f"><feTurbulence baseFrequency=".05" numOctaves="10000"/></filter><rect filter="url(#f)" width="1000" height="1000"/>`,
      ),
    "source_too_complex",
  ],
  [
    "a filter of 5 000 steps",
    () =>
      svg(
        `<filter id="f">${"<feGaussianBlur stdDeviation='9'/>".repeat(5_000)}</filter><rect filter="url(#f)" width="1000" height="1000"/>`,
      ),
    "source_too_complex",
  ],
  [
    "a filter region of 1 000 times the shape",
    () =>
      svg(
        `<filter id="f" x="-500" y="-500" width="1000" height="1000"><feGaussianBlur stdDeviation="9"/></filter><rect filter="url(#f)" width="1000" height="1000" fill="red"/>`,
      ),
    "drawn",
  ],
  [
    "morphology of a large radius",
    () =>
      svg(
        `<filter id="f"><feMorphology operator="dilate" radius="400"/></filter><rect filter="url(#f)" width="1000" height="1000" fill="red"/>`,
      ),
    "source_too_complex",
  ],
  [
    "groups of opacity in each other, as deep as may be",
    () => svg(`${'<g opacity=".9">'.repeat(MAX_DEPTH - 2)}${SQUARE}${"</g>".repeat(MAX_DEPTH - 2)}`),
    "drawn",
  ],
  [
    "elements nested too deep",
    () => svg(`${"<g>".repeat(MAX_DEPTH)}${SQUARE}${"</g>".repeat(MAX_DEPTH)}`),
    "source_too_complex",
  ],
  ["100 000 characters", () => svg(`<text y="99">${"Hello ".repeat(17_000)}</text>`), "source_too_complex"],
  [
    "a style sheet of a million opening brackets",
    () => svg(`<style>${"[".repeat(1_000_000)}{fill:red}</style>${SQUARE}`),
    "drawn",
  ],
  [
    "a style sheet of comments that do not end",
    () => svg(`<style>${"/*".repeat(1_000_000)}</style>${SQUARE}`),
    "drawn",
  ],
  ["a million digits for a width", () => svg(`<rect width="${"1".repeat(1_000_000)}x" height="9"/>`), "drawn"],
  ["a root of a megabyte", () => svg(SQUARE, `id="${"1".repeat(1_000_000)}"`), "image_damaged"],
  [
    "1 000 rules for 10 000 elements",
    () => svg(`<style>${many(1_000, (i) => `.a${i}{fill:red}`)}</style>${many(10_000, () => "<g class='b'/>")}`),
    "source_too_complex",
  ],
  ["a transform that never closes", () => svg(`<g transform="${"matrix(".repeat(300_000)}">${SQUARE}</g>`), "drawn"],
  [
    "a million classes",
    () =>
      svg(
        `<style>${many(900, (i) => `.a${i}{opacity:.${i}}`)}</style><g class="${"a1 ".repeat(1_000_000)}">${SQUARE}</g>`,
      ),
    "drawn",
  ],
];

describe("what costs much", () => {
  test.each(COSTLY)("%s", { timeout: 60_000 }, async (_, document, expected) => {
    const started = performance.now();
    expect(await refusalOf(document())).toBe(expected);
    expect(performance.now() - started).toBeLessThan(SOON_MS);
  });
  test("the refusal is the same for every size, and says the limit", { timeout: 60_000 }, async () => {
    const text = svg(many(2_000, (i) => `<path opacity=".5" d="M0 0L1000 ${i % 1000}L900 1000z"/>`));
    for (const wish of [{ width: 1 }, { width: 2_048 }, { crop: { width: 0.01, height: 0.01, gravity: null } }, {}]) {
      await expect(draw(text, wish)).rejects.toMatchObject({
        reason: "source_too_complex",
        facts: { why: expect.stringMatching(/^SVG of about \d+ ms of work, the limit is 400$/) },
      });
    }
  });
  test("what is too much in a large size is drawn smaller and enlarged", { timeout: 60_000 }, async () => {
    const text = svg(many(300, () => '<rect opacity=".9" width="1000" height="1000" fill="red"/>'));
    const { width, at } = await draw(text, { width: 1_000 });
    expect([width, at(500, 500)]).toEqual([1_000, RED]);
  });
});

describe("SVGZ", () => {
  test("is drawn", async () => {
    expect((await draw(gzip(svg(SQUARE)))).at(50, 50)).toEqual(RED);
  });
  test("a bomb stops at the limit of an SVG", async () => {
    const filled = (length: number) => gzip(svg(SQUARE).replace("</svg>", `${" ".repeat(length)}</svg>`));
    expect(await refusalOf(filled(MAX_SVG_BYTES - 1_000))).toBe("drawn");
    expect(await refusalOf(filled(MAX_SVG_BYTES))).toBe("source_too_complex");
    expect(await refusalOf(filled(100_000_000))).toBe("source_too_complex");
  });
  test("other things in gzip are no picture", async () => {
    expect(await refusalOf(gzip("<html></html>"))).toBe("not_an_image");
    expect(await refusalOf(gzip(gzip(svg(SQUARE))))).toBe("not_an_image");
  });
  test("one that is cut gives what is there", async () => {
    const text = svg(SQUARE + many(3_000, (i) => `<rect x="${i}" y="${(i * 7919) % 997}" width="1" height="1"/>`));
    const half = gzip(text).subarray(0, 8_000);
    const { truncated, at } = await draw(half);
    expect([truncated, at(0, 99)]).toEqual([true, RED]);
  });
});

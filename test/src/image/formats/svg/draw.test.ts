/** What is drawn: sizes, windows, text, colours; compared with the shapes' own geometry and with librsvg. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { corpusFiles, psnr, readCorpus } from "../../corpus.ts";
import { draw, refusalOf, svg, utf8 } from "./svgFile.ts";

const RED = [255, 0, 0, 255];
const BLUE = [0, 0, 255, 255];
/** Red on the left, blue on the right. */
const HALVES = '<rect width="500" height="1000" fill="red"/><rect x="500" width="500" height="1000" fill="blue"/>';

describe("the size", () => {
  test.each([
    ['width="30" height="20"', {}, [30, 20]],
    ['width="30" height="20"', { width: 320 }, [320, 213]],
    ['width="30" height="20"', { width: 320, height: 320 }, [320, 213]],
    ['width="30" height="20"', { width: 320, height: 320, resize: "fill" }, [320, 320]],
    ['width="1.5" height="1"', { width: 300 }, [300, 200]],
    ['viewBox="0 0 400 100"', {}, [400, 100]],
    ['viewBox="0 0 400 100" width="50%" height="50%"', {}, [400, 100]],
    ['viewBox="0 0 400 100" width="200"', {}, [200, 50]],
    ['viewBox="0 0 400 100" height="200"', {}, [800, 200]],
    ['width="1in" height="2.54cm"', {}, [96, 96]],
    ['width="72pt" height="6pc"', {}, [96, 96]],
    ["", {}, [512, 512]],
    ['width="0" height="-5"', {}, [512, 512]],
    ['width="nonsense" height="1e999"', {}, [512, 512]],
    ['width="100"', {}, [100, 512]],
  ] as const)("%s as %j", async (attributes, wish, size) => {
    const { width, height } = await draw(svg(HALVES, attributes), wish);
    expect([width, height]).toEqual(size);
  });
  test("a huge one without a wish is refused, with advice", async () => {
    await expect(draw(svg(HALVES, 'width="100000" height="100000"'), {})).rejects.toMatchObject({
      reason: "result_too_large",
      facts: { limit: expect.stringContaining("ask for a width") },
    });
  });
});

describe("the window", () => {
  const square = svg(HALVES, 'viewBox="0 0 1000 1000" width="100" height="100"');
  test.each([
    ["whole", { width: 100 }, RED, BLUE],
    [
      "the left half",
      { width: 100, crop: { width: 0.5, height: 0, gravity: { kind: "compass", at: "we", x: 0, y: 0 } } },
      RED,
      RED,
    ],
    [
      "the right half",
      { width: 100, crop: { width: 0.5, height: 0, gravity: { kind: "compass", at: "ea", x: 0, y: 0 } } },
      BLUE,
      BLUE,
    ],
    ["turned by 180", { width: 100, rotate: 180 }, BLUE, RED],
  ] as const)("%s", async (_, wish, left, right) => {
    const { at, width } = await draw(square, wish);
    expect([at(2, 10), at(width - 3, 10)]).toEqual([left, right]);
  });
  test("an edge inside a crop is sharp, however small the crop", async () => {
    const crop = { width: 0.02, height: 0.02, gravity: null };
    const { at, width } = await draw(square, { width: 200, crop });
    expect([width, at(95, 10), at(105, 10)]).toEqual([200, RED, BLUE]);
  });
});

describe("preserveAspectRatio", () => {
  const wide = (value: string) => svg(HALVES, `viewBox="0 0 1000 1000" width="300" height="100" ${value}`);
  test.each([
    ["", [0, 0, 0, 0], RED],
    ['preserveAspectRatio="none"', RED, RED],
    ['preserveAspectRatio="xMinYMin meet"', RED, [0, 0, 0, 0]],
    ['preserveAspectRatio="xMidYMid slice"', RED, RED],
  ] as const)("%s", async (value, first, middle) => {
    const { at } = await draw(wide(value), { width: 300 });
    expect([at(20, 50), at(140, 50)]).toEqual([first, middle]);
  });
});

describe("text", () => {
  const text = (attributes: string, words = "Wimbledon") =>
    svg(`<text x="20" y="600" font-size="150" ${attributes}>${words}</text>`);
  test("is drawn, whatever font it names", async () => {
    for (const name of [
      "",
      'font-family="Helvetica"',
      'font-family="No Such Font, sans-serif"',
      'style="font-family:Arial"',
    ]) {
      expect((await draw(text(name))).ink, name).toBeGreaterThan(300);
    }
  });
  test("serif, sans, mono and bold differ", async () => {
    const looks = await Promise.all(
      [
        'font-family="Arial"',
        'font-family="Times New Roman, serif"',
        'font-family="Courier New"',
        'font-weight="bold"',
      ].map(async (one) => (await draw(text(one))).data.toString("base64")),
    );
    expect(new Set(looks).size).toBe(4);
  });
  test("Greek, Cyrillic and accents have glyphs of their own", async () => {
    const looks = await Promise.all(
      ["Ω", "Ж", "é", "e"].map(async (one) => (await draw(text("", one))).data.toString("base64")),
    );
    expect(new Set(looks).size).toBe(4);
  });
});

describe("reading", () => {
  test.each([
    ["UTF-16 with its mark", Uint8Array.from([0xff, 0xfe, ...new Uint8Array(Buffer.from(svg(HALVES), "utf16le"))])],
    ["UTF-8 with its mark", Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8(svg(HALVES))])],
    [
      "ISO 8859-1",
      new Uint8Array(Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?><!-- \xe4 -->${svg(HALVES)}`, "latin1")),
    ],
    [
      "a prefix",
      utf8(
        `<s:svg xmlns:s="http://www.w3.org/2000/svg" width="9" height="9"><s:rect width="9" height="9" fill="red"/></s:svg>`,
      ),
    ],
    ["no namespace at all", utf8(`<svg width="9" height="9"><rect width="9" height="9" fill="red"/></svg>`)],
    ["Inkscape's elements", utf8(svg(`<sodipodi:namedview xmlns:sodipodi="x"><rect/></sodipodi:namedview>${HALVES}`))],
    ["an undeclared prefix", utf8(svg(`<i:x><rect width="9999" height="9999"/></i:x>${HALVES}`))],
  ])("%s", async (_, bytes) => {
    expect((await draw(bytes)).at(10, 50)).toEqual(RED);
  });
  test.each([
    ["cut in the middle of a tag", svg(`${HALVES}<circle cx="5`).slice(0, -6)],
    ["cut after an element", svg(HALVES).slice(0, -6)],
    ["a tag that is closed by another", svg(`${HALVES}<g></a><rect width="9999" height="9999"/>`)],
    ["an attribute without quotes", svg(`${HALVES}<rect width=9999 height="9"/>`)],
  ])("%s: what stands before is drawn, and the picture counts as cut", async (_, text) => {
    const { at, truncated } = await draw(text);
    expect([at(10, 50), at(90, 50), truncated]).toEqual([RED, BLUE, true]);
  });
  test("translucent colours have straight alpha", async () => {
    expect((await draw(svg('<rect width="1000" height="1000" fill="red" fill-opacity=".5"/>'))).at(50, 50)).toEqual([
      255, 0, 0, 128,
    ]);
  });
  test("a document that draws nothing is a clear picture", async () => {
    expect((await draw(svg("<g/>"))).ink).toBe(0);
    expect(await refusalOf("<svg")).toBe("image_damaged");
  });
});

describe("what browsers read, in words that resvg does not know", () => {
  const CLIP = '<clipPath id="k"><rect width="300" height="1000"/></clipPath>';
  const box = (attributes: string) => `<rect width="1000" height="1000" fill="red" ${attributes}/>`;
  test.each([
    ["an attribute without quotes", `${CLIP}${box('clip-path="url(#k)"')}`],
    ["an attribute with quotes", `${CLIP}${box("clip-path=\"url('#k')\"")}`],
    ["a style with quotes", `${CLIP}${box("style=\"clip-path:url( '#k' )\"")}`],
    ["a rule with quotes", `<style>.c{clip-path:url("#k")}</style>${CLIP}${box('class="c"')}`],
    ["pixels in a transformation", box('transform="translate(-700px,0px)"')],
    ["pixels in the transformation of a style", box('style="fill:red;transform:translate(-700px, 0px)"')],
    ["pixels in the transformation of a rule", `<style>.c{transform:translate(-700px)}</style>${box('class="c"')}`],
    ["degrees", `<g transform="rotate(90deg 0 0)"><rect y="-300" width="1000" height="300" fill="red"/></g>`],
  ])("%s", async (_, body) => {
    const { at } = await draw(svg(body));
    expect([at(10, 50), at(60, 50)]).toEqual([RED, [0, 0, 0, 0]]);
  });
});

describe("a picture inside", () => {
  const picture = async (format: "png" | "jpeg" | "webp") =>
    (
      await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
        .toFormat(format)
        .toBuffer()
    ).toString("base64");
  const ink = async (href: string) =>
    (await draw(svg(`<image width="1000" height="1000" href="${href}"/>`))).ink > 5_000;
  test("is drawn however its address is written: its bytes decide what it is", async () => {
    const [png, jpeg] = [await picture("png"), await picture("jpeg")];
    for (const href of [
      `data:image/png;base64,${png}`,
      `data:image/jpeg;base64,${jpeg}`,
      `data:image/png;base64,${jpeg}`,
      `DATA:image/PNG;BASE64,${png}`,
      `data:image/png;charset=utf-8;base64,${png}`,
      `data:;base64, ${png.replace(/.{30}/g, "$&\n ")}`,
      `data:image/png;base64,${encodeURIComponent(png)}`,
    ]) {
      expect(await ink(href), href.slice(0, 40)).toBe(true);
    }
  });
  test("of another kind is not, whatever its address says", async () => {
    const svgInside = Buffer.from(svg(HALVES)).toString("base64");
    for (const href of [
      `data:image/png;base64,${await picture("webp")}`,
      `data:image/svg+xml;base64,${svgInside}`,
      `data:image/png;base64,${svgInside}`,
      "data:image/png;base64,%%%",
      "data:image/png,plain",
      "data:image/png;base64,",
    ]) {
      expect(await ink(href), href.slice(0, 40)).toBe(false);
    }
  });
});

describe("the corpus", () => {
  const files = corpusFiles("formats").filter((file) => /\.svgz?$/.test(file));
  test.each(files)("%s looks as librsvg draws it", async (file) => {
    const bytes = readCorpus("formats", file);
    const ours = await draw(bytes, { width: 320 });
    const whole = sharp(bytes, { density: 300 }).resize(ours.width, ours.height, { fit: "fill" });
    const theirs = await whole.ensureAlpha().raw().toBuffer();
    expect(psnr(ours.data, theirs)).toBeGreaterThan(30);
  });
});

/** Which texts are SVG: the root element alone decides, wherever else the word stands. */
import { describe, expect, test } from "vitest";
import { rootName } from "../../../../../src/image/formats/svg/root.ts";
import { sniff } from "../../../../../src/image/sniff.ts";
import { utf8 } from "./svgFile.ts";

const XMLNS = 'xmlns="http://www.w3.org/2000/svg"';

describe("SVG", () => {
  test.each([
    ["alone", `<svg ${XMLNS}/>`],
    ["after white space", ` \r\n\t<svg ${XMLNS}>`],
    ["after an XML declaration", `<?xml version="1.0"?><svg ${XMLNS}>`],
    ["after comments that name HTML", `<!-- <html> --><!-- > --><svg ${XMLNS}>`],
    ["after a DOCTYPE", `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://x/svg11.dtd"><svg ${XMLNS}>`],
    ["after a DOCTYPE with a subset", `<!DOCTYPE svg [ <!-- ]> don't --> <!ENTITY a "]><html>"> ]><svg ${XMLNS}>`],
    ["with a prefix", `<svg:svg xmlns:svg="http://www.w3.org/2000/svg">`],
    ["after a long comment", `<!--${" ".repeat(10_000)}--><svg ${XMLNS}>`],
  ])("%s", (_, text) => {
    expect(sniff(utf8(text))).toBe("svg");
    expect(sniff(Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8(text)]))).toBe("svg");
    expect(sniff(Uint8Array.from([0xff, 0xfe, ...Buffer.from(text.slice(0, 8_000), "utf16le")]))).toBe(
      text.length > 8_000 ? null : "svg",
    );
  });
});

describe("no SVG", () => {
  test.each([
    ["HTML with one in it", `<html><body><svg ${XMLNS}/></body></html>`],
    ["HTML with a DOCTYPE", `<!DOCTYPE html><svg ${XMLNS}/>`.replace("<svg", "<html><svg")],
    ["HTML after a comment", `<!-- <svg> --><html><svg ${XMLNS}/></html>`],
    ["a comment alone", `<!-- <svg ${XMLNS}> -->`],
    ["a comment that does not end", `<!-- <svg ${XMLNS}>`],
    ["another root", `<svgs ${XMLNS}/>`],
    ["another case", `<SVG ${XMLNS}/>`],
    ["text before it", `x<svg ${XMLNS}/>`],
    ["RSS", `<?xml version="1.0"?><rss><svg/></rss>`],
    ["a DOCTYPE that does not end", `<!DOCTYPE svg [ <svg ${XMLNS}>`],
    ["nothing", ""],
  ])("%s", (_, text) => expect(sniff(utf8(text))).toBeNull());
});

test("time grows with the length only", () => {
  const started = performance.now();
  for (const text of ["<!--", "<!-- -->", "<?a?>", "<!a>", "<!['", "<!a[<!--"]) rootName(text.repeat(100_000));
  expect(performance.now() - started).toBeLessThan(2_000);
});

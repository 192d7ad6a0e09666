import { describe, expect, test } from "vitest";
import { ORIGIN, readPath, refusalOf } from "../../../support/grammarRequests.ts";

const read = (query: string) => readPath(`/?url=listed.test/a.jpg&${query}`);
const refused = (query: string) => refusalOf(`/?url=listed.test/a.jpg&${query}`);

test.each([
  ["w=320&we", { resize: "fit", enlarge: false, width: 320 }],
  ["w=320", { enlarge: true }],
  ["w=320&we=0", { enlarge: true }],
  ["width=320&height=160&fit=inside", { resize: "fit" }],
  ["w=320&h=160&fit=outside&we", { resize: "outside" }],
  ["w=320&h=160&fit=cover&a=top-left", { resize: "fill", gravity: { at: "nowe" } }],
  ["w=320&h=160&fit=cover&a=focal&fpy=0.45", { gravity: { kind: "focus", x: 0.5, y: 0.45 } }],
  ["w=320&h=160&fit=fill", { resize: "force" }],
  ["w=320&h=160&fit=contain", { resize: "fit", extend: { at: "ce" }, extendColour: null }],
  ["w=320&h=160&fit=contain&cbg=5CCC&a=left".replace("5CCC", "FCCC"), { extendColour: [204, 204, 204] }],
  ["w=160&dpr=2", { width: 320, dpr: 1 }],
  ["w=320&bg=black", { background: [0, 0, 0] }],
  ["w=320&bg=FF00FF00", { background: [0, 255, 0] }],
  ["w=320&bg=00CCCCCC", { background: null }],
  ["w=320&output=jpg&q=20", { format: "jpeg", quality: 60 }],
  ["w=320&ro=-90", { rotate: 270 }],
  ["w=320&il&af&l=9&n=1&page=0&flip=false&ll=0&fsol=0", { width: 320 }],
  ["w=320&v=3&utm_source=x", { width: 320 }],
])("%s", async (query, expected) => expect((await read(query)).transform).toMatchObject(expected));

test.each<readonly [string, string]>([
  ["w=abc", "option_invalid w"],
  ["w=320&fit=letterbox", "option_invalid fit"],
  ["w=320&a=entropy", "option_invalid a"],
  ["w=320&h=160&fit=contain&a=focal", "option_invalid a"],
  ["w=320&fpx=2", "option_invalid fpx"],
  ["w=320&dpr=9", "option_invalid dpr"],
  ["w=320&output=gif", "option_invalid output"],
  ["w=320&output=json", "option_invalid output"],
  ["w=320&bg=55CCCCCC", "option_invalid bg"],
  ["w=320&ll", "option_invalid ll"],
  ["w=320&flip", "option_invalid flip"],
  ["w=320&n=2", "option_invalid n"],
  ["w=320&page=1", "option_invalid page"],
  ["w=320&q=0", "option_invalid q"],
  ["w=320&w=160", "option_invalid w"],
  ["w=320&width=160", "option_invalid width"],
  ["url=listed.test/b.jpg", "option_invalid url"],
  ...["blur=5", "filt=sepia", "mask=circle", "trim", "cx=5", "encoding=base64", "tint=red", "mod=2", "t=square"].map(
    (parameter) => [`w=320&${parameter}`, `option_unknown ${parameter.split("=")[0]}`] as const,
  ),
])("%s -> %s", async (query, expected) => expect(await refused(query)).toBe(expected));

describe("the source", () => {
  const HTTPS = "https://listed.test/a.jpg";
  test.each([
    ["no scheme: HTTPS, then HTTP", "listed.test/a.jpg", HTTPS, "http://listed.test/a.jpg"],
    ["protocol-relative", "//listed.test/a.jpg", HTTPS, "http://listed.test/a.jpg"],
    ["no scheme, a port", "listed.test:8080/a.jpg", "https://listed.test:8080/a.jpg", "http://listed.test:8080/a.jpg"],
    ["no scheme, capitals", "LISTED.test/a.jpg", HTTPS, "http://listed.test/a.jpg"],
    ["ssl:", "ssl:listed.test/a.jpg", HTTPS, undefined],
    ["https", HTTPS, HTTPS, undefined],
    ["https, in clear", "https:/listed.test/a.jpg", HTTPS, undefined],
    ["http stays", "http://listed.test/a.jpg", "http://listed.test/a.jpg", undefined],
    ["a plus sign", "listed.test/a+b.jpg", "https://listed.test/a+b.jpg", "http://listed.test/a+b.jpg"],
  ])("%s", async (_, text, source, plainSource) => {
    const request = await readPath(`/?url=${text}&w=320`);
    expect([request.source, request.plainSource]).toEqual([source, plainSource]);
    const escaped = await readPath(`/?w=320&url=${encodeURIComponent(text)}`);
    expect([escaped.source, escaped.plainSource]).toEqual([source, plainSource]);
  });
  test.each([
    ["ftp://listed.test/a.jpg", "source_invalid"],
    ["data:image/png;base64,AAAA", "source_invalid"],
    ["", "url_invalid"],
    ["%E4", "url_invalid"],
  ])("refused: %s", async (text, reason) => expect(await refusalOf(`/?url=${text}`)).toBe(reason));
  test("a query of its own that was not escaped is not silently cut", async () => {
    expect(await refusalOf("/?url=https://listed.test/a.jpg?x=1&y=2&w=320")).toBe("url_invalid");
    expect((await readPath("/?url=https://listed.test/a.jpg?x=1&w=320")).source).toBe("https://listed.test/a.jpg?x=1");
    expect((await readPath("/?url=https://listed.test/a.jpg%3Fx=1%26y=2&w=320")).source).toBe(
      "https://listed.test/a.jpg?x=1&y=2",
    );
  });
  test("without url= the root is nothing", async () => {
    expect(await refusalOf("/")).toBe("not_found");
    expect(await refusalOf("/?w=320")).toBe("not_found");
    expect(await refusalOf("/?curl=x")).toBe("not_found");
  });
});

describe("default", () => {
  const fallbackOf = async (text: string) => (await read(`w=320&default=${encodeURIComponent(text)}`)).fallback;
  test.each([
    ["a listed address", "https://listed.test/none.png", "https://listed.test/none.png"],
    ["a listed address without a scheme", "listed.test/none.png", "https://listed.test/none.png"],
    ["ssl:", "ssl:listed.test/none.png?x=1", "https://listed.test/none.png?x=1"],
    ["the source itself", "1", "https://listed.test/a.jpg"],
    ["a picture of ours", `${ORIGIN}/?url=listed.test/b.jpg&w=9`, `${ORIGIN}/?url=listed.test/b.jpg&w=9`],
  ])("%s", async (_, text, expected) => expect(await fallbackOf(text)).toBe(expected));
  test.each([
    ["another host", "https://evil.test/"],
    ["another host, protocol-relative", "//evil.test/"],
    ["another host behind a listed name", "https://listed.test@evil.test/"],
    ["credentials", "https://user:pass@listed.test/"],
    ["a backslash", "https:\\\\evil.test\\listed.test"],
    ["a subdomain look-alike", "https://listed.test.evil.test/"],
    ["a default of its own", "https://listed.test/?default=x"],
    ["a picture of ours with a default of its own", `${ORIGIN}/?url=listed.test/b.jpg&default=listed.test/c.jpg`],
    ["another page of ours", `${ORIGIN}/purge`],
    ["a picture of ours by another grammar", `${ORIGIN}/image/w=9/https://listed.test/a.jpg`],
    ["our name at another port", `${ORIGIN}:8443/?url=listed.test/b.jpg`],
  ])("refused: %s", async (_, text) => {
    expect(await refused(`w=320&default=${encodeURIComponent(text)}`)).toBe("option_invalid default");
  });
  test.each(["javascript:alert(1)", "data:text/html,x", "\\\\evil.test"])("no address: %s", async (text) => {
    expect(await refused(`w=320&default=${encodeURIComponent(text)}`)).toMatch(/^(source_invalid|option_invalid)/);
  });
});

test.each([
  ["maxage=1d", 86_400],
  ["maxage=2w", 1_209_600],
  ["maxage=1M", 2_592_000],
  ["maxage=1y", 31_536_000],
  ["maxage=2y", undefined],
  ["maxage=0d", undefined],
  ["maxage=5", undefined],
  ["", undefined],
])("%s -> %s s", async (query, seconds) => expect((await read(query)).maxAge).toBe(seconds));

test.each([
  ["filename=photo", "photo"],
  ["filename=photo%201.jpg", "photo 1.jpg"],
  ["filename=a%2Fb", null],
  ["filename=%0d%0aX", null],
  ["filename", null],
])("%s -> %s", async (query, name) => expect((await read(query)).delivery.filename).toBe(name));

import { generateUrl } from "@imgproxy/imgproxy-js-core";
import { generateImageUrl } from "@imgproxy/imgproxy-node";
import { describe, expect, test } from "vitest";
import type { Config } from "../../../../src/config/config.ts";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { ANSWERS, Failure, publicMessage } from "../../../../src/errors.ts";
import type { ImageRequest } from "../../../../src/request/imageRequest.ts";
import { readImageRequest } from "../../../../src/request/readImageRequest.ts";
import { NOTHING_MORE } from "../../../../src/request/transform.ts";

const KEY = "736563726574";
const SALT = "68656c6c6f";
const SIGNED = parseConfig({ SIGNING_KEYS: `00,${KEY}`, SIGNING_SALTS: `00,${SALT}` });
const OPEN = parseConfig({ ALLOWED_SOURCES: "example.org" });
const ENDPOINT = "https://cdn.firstlight.test";
const SOURCE = "https://example.org/photos/curiosity.jpg";
const NOW = Date.UTC(2026, 10, 22);

function read(url: string, config: Config = SIGNED, accept: string | null = null): Promise<ImageRequest> {
  return readImageRequest(url, accept, config, NOW);
}

/** What a request without keys says, unsnapped parts of it at least. */
function unsigned(path: string): Promise<ImageRequest> {
  return read(`${ENDPOINT}/unsafe${path}`, OPEN);
}

async function failure(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw new Error(`expected a Failure, got ${error}`);
}

type Builder = Parameters<typeof generateImageUrl>[0];
function build(
  options: NonNullable<Builder["options"]>,
  displayAs: "plain" | "base64" = "base64",
  value = SOURCE,
): string {
  return generateImageUrl({ endpoint: ENDPOINT, url: { value, displayAs }, options, key: KEY, salt: SALT });
}

describe("URLs of the public Node builder work unchanged", () => {
  test.each(["base64", "plain"] as const)("%s source with many options", async (displayAs) => {
    const url = build(
      {
        resize: { resizing_type: "fill", width: 300, height: 200, enlarge: true },
        dpr: 1.5,
        gravity: { type: "noea", x_offset: 10, y_offset: 0.25 },
        crop: { width: 0.5, height: 900, gravity: { type: "fp", x: 0.25, y: 0.75 } },
        background: { r: 255, g: 0, b: 128 },
        quality: 70,
        format: "png",
        auto_rotate: false,
        rotate: 90,
        cachebuster: "v2",
        expires: NOW / 1000 + 60,
        filename: { name: "curiosity" },
        return_attachment: true,
      },
      displayAs,
    );
    expect(await read(url)).toEqual({
      grammar: "imgproxy",
      source: SOURCE,
      authority: "signature",
      accept: "base",
      negotiated: false,
      cachebuster: "v2",
      expires: NOW / 1000 + 60,
      delivery: { filename: "curiosity", attachment: true },
      transform: {
        resize: "fill",
        width: 300,
        height: 200,
        dpr: 1.5,
        enlarge: true,
        gravity: { kind: "compass", at: "noea", x: 10, y: 0.25 },
        crop: { width: 0.5, height: 900, gravity: { kind: "focus", x: 0.25, y: 0.75 } },
        background: [255, 0, 128],
        quality: 70,
        format: "png",
        autoRotate: false,
        rotate: 90,
        extend: null,
        extendColour: null,
        ...NOTHING_MORE,
        keepCopyright: "fetched",
        license: null,
        maxFrames: 1,
      },
    });
  });

  test("js-core's base64 with a file name behind it", async () => {
    const value = btoa(SOURCE).replaceAll("=", "");
    const path = generateUrl({ value, type: "base64", filename: "my photo.jpg" }, { width: 300 });
    const { source, delivery } = await unsigned(path.replace(" ", "%20"));
    expect(source).toBe(SOURCE);
    expect(delivery).toEqual({ filename: "my photo.jpg", attachment: false });
  });

  test("each single option of the table", async () => {
    const single = async (options: Parameters<typeof build>[0]) => (await read(build(options))).transform;
    expect(await single({ size: { width: 10, height: 20, enlarge: true } })).toMatchObject({
      width: 10,
      height: 20,
      enlarge: true,
    });
    expect(await single({ resizing_type: "fill-down" })).toMatchObject({ resize: "fill-down" });
    expect(await single({ width: 11 })).toMatchObject({ width: 11, height: 0 });
    expect(await single({ height: 12 })).toMatchObject({ width: 0, height: 12 });
    expect(await single({ enlarge: true })).toMatchObject({ enlarge: true });
    expect(await single({ background: "ff0080" })).toMatchObject({ background: [255, 0, 128] });
    expect(await single({ format: "jpg" })).toMatchObject({ format: "jpeg" });
    expect(await single({ rotate: 270 })).toMatchObject({ rotate: 270 });
  });
});

describe("who may ask", () => {
  const url = build({ width: 100 });
  const path = url.slice(ENDPOINT.length).split("/").slice(2).join("/");
  test("a wrong signature", async () => {
    expect((await failure(read(`${ENDPOINT}/${"A".repeat(43)}/${path}`))).reason).toBe("signature_invalid");
  });
  test.each(["unsafe", "insecure", "_"])("%s with keys set", async (word) => {
    expect((await failure(read(`${ENDPOINT}/${word}/${path}`))).reason).toBe("signature_missing");
  });
  test.each(["unsafe", "insecure", "_"])("%s without keys asks the list", async (word) => {
    expect((await read(`${ENDPOINT}/${word}/${path}`, OPEN)).authority).toBe("list");
  });
  test("another word without keys", async () => {
    expect((await failure(read(url, OPEN))).reason).toBe("signature_invalid");
  });
  test.each([
    ["the segment forgotten", path, SIGNED, 'it begins with "w:100", not with a signature of 32 bytes'],
    ["plain, the segment forgotten", `plain/${SOURCE}`, SIGNED, 'it begins with "plain", not with a signature'],
    ["too short", `${"A".repeat(42)}/${path}`, SIGNED, `it begins with "${"A".repeat(42)}", not with`],
    ["long, cut for the message", `${"A".repeat(51)}/${path}`, SIGNED, `"${"A".repeat(50)}", not`],
    ["another one", `${"A".repeat(43)}/${path}`, SIGNED, "another path, key or salt was signed"],
    ["unsafe/ forgotten", path, OPEN, 'no signing key is set here, so it begins with unsafe/, not with "w:100"'],
  ] as const)("what is wrong with a signature, in words: %s", async (_, asked, config, words) => {
    const { reason, facts } = await failure(read(`${ENDPOINT}/${asked}`, config));
    expect(publicMessage(reason, facts)).toContain(`The signature does not match this address: `);
    expect(publicMessage(reason, facts)).toContain(words);
  });
  test("unsafe where keys are set is named", async () => {
    const { reason, facts } = await failure(read(`${ENDPOINT}/insecure/${path}`));
    expect(publicMessage(reason, facts)).toBe('This address needs a signature in place of "insecure"');
  });
  test("a bad option under a bad signature tells nothing", async () => {
    expect((await failure(read(`${ENDPOINT}/AAAA/blur:3/${path}`))).reason).toBe("signature_invalid");
  });
  test("one segment is no address of ours", async () => {
    expect((await failure(read(`${ENDPOINT}/favicon.ico`))).reason).toBe("not_found");
  });
  test("the query is not signed and not read", async () => {
    expect((await read(`${url}?utm=1#x`)).source).toBe(SOURCE);
  });
  test("a truncated signature of the configured size", async () => {
    const config = { ...SIGNED, signatureSize: 16 };
    const signature = url.slice(ENDPOINT.length + 1).split("/")[0] ?? "";
    const half = Buffer.from(signature, "base64url").subarray(0, 16).toString("base64url");
    expect((await read(url.replace(signature, half), config)).source).toBe(SOURCE);
    expect((await failure(read(url, config))).reason).toBe("signature_invalid");
  });
});

const FIXTURES = [
  ["base64", build({ resize: { resizing_type: "fit", width: 300 }, quality: 80 })],
  ["plain", build({ width: 300, gravity: { type: "fp", x: 0.5, y: 0.5 }, resizing_type: "fill" }, "plain")],
  ["plain, encoded", build({ width: 300 }, "plain", encodeURIComponent("https://example.org/ä b.jpg?x=1&y=~2"))],
  ["plain over HTTP", build({ width: 300, cachebuster: "a:b" }, "plain", "http://example.org/a%20b.jpg@png")],
  ["plain with a tilde escaped", build({ width: 300 }, "plain", "https://example.org/%7Euser/a.jpg")],
  ["plain with every mark escaped", build({ width: 300 }, "plain", "https%3A%2F%2Fexample%2Eorg%2Fa%2Db%5Fc%7E%2Ejpg")],
  ["plain with lower-case escapes", build({ width: 300 }, "plain", "https%3a%2f%2fexample.org%2fa.jpg")],
] as const;

describe("zones and proxies that rewrite URLs", () => {
  test.each(FIXTURES)("%s: merged slashes, decoded unreserved characters, upper-case escapes", async (_, url) => {
    const expected = await read(url);
    expect(await read(zoneNormalised(url))).toEqual(expected);
  });
  test.each(FIXTURES)("%s: escaped colons in the options", async (_, url) => {
    const expected = await read(url);
    const [origin, rest = ""] = [ENDPOINT, url.slice(ENDPOINT.length)];
    const [options = "", ...source] = rest.split("/plain/");
    for (const colon of ["%3A", "%3a"]) {
      expect(await read(origin + [options.replaceAll(":", colon), ...source].join("/plain/"))).toEqual(expected);
    }
  });
  test.each(FIXTURES)("%s: as WHATWG parsing leaves it", async (_, url) => {
    expect(await read(new Request(url).url)).toEqual(await read(url));
  });
});

describe("any changed byte of a signed path is refused", () => {
  test.each(FIXTURES)("%s", async (_, url) => {
    for (let at = ENDPOINT.length + 1; at < url.length; at++) {
      for (const other of replacements(url[at] ?? "")) {
        const changed = url.slice(0, at) + other + url.slice(at + 1);
        const { reason } = await failure(read(changed));
        expect([changed, ANSWERS[reason].status]).toEqual([changed, 403]);
      }
    }
  });
});

describe("sources", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64url");
  test.each([
    ["plain", `/plain/${SOURCE}`, SOURCE, "auto"],
    ["plain with format", `/plain/${SOURCE}@webp`, SOURCE, "webp"],
    ["plain with an empty format", `/plain/${SOURCE}@`, SOURCE, "auto"],
    ["plain, encoded", `/plain/${encodeURIComponent(`${SOURCE}?a=1&b=%20`)}`, `${SOURCE}?a=1&b=%20`, "auto"],
    ["plain, encoded twice", `/plain/${encodeURIComponent(encodeURIComponent(SOURCE))}`, SOURCE, "auto"],
    ["one slash", "/plain/https:/example.org/a.jpg", "https://example.org/a.jpg", "auto"],
    ["three slashes", "/plain/https:///example.org/a.jpg", "https://example.org/a.jpg", "auto"],
    ["upper-case scheme", "/plain/HTTP%3A%2F%2Fexample.org/a.jpg", "http://example.org/a.jpg", "auto"],
    ["an @ of its own", "/plain/https://example.org/@user/a.jpg", "https://example.org/@user/a.jpg", "auto"],
    [
      "an @ of its own and a format",
      "/plain/https://example.org/@user/a.jpg@png",
      "https://example.org/@user/a.jpg",
      "png",
    ],
    ["an escaped @", "/plain/https://example.org/icon%402x", "https://example.org/icon@2x", "auto"],
    ["a plus stays a plus", "/plain/https://example.org/a+b.jpg", "https://example.org/a+b.jpg", "auto"],
    ["an escaped space", "/plain/https://example.org/a%20b.jpg", "https://example.org/a%20b.jpg", "auto"],
    ["a fragment is cut", `/plain/${encodeURIComponent(`${SOURCE}#x`)}`, SOURCE, "auto"],
    ["an escaped # of the path", "/plain/https://example.org/a%2523b.jpg", "https://example.org/a%23b.jpg", "auto"],
    ["slashes in the path", "/plain/https://example.org//a//b.jpg", "https://example.org//a//b.jpg", "auto"],
    ["not ASCII", "/plain/https://example.org/%C3%A4.jpg", "https://example.org/%C3%A4.jpg", "auto"],
    ["base64", `/${base64(SOURCE)}`, SOURCE, "auto"],
    ["base64 with format", `/${base64(SOURCE)}.png`, SOURCE, "png"],
    ["base64, padded", `/${base64("http://a.test/")}==`, "http://a.test/", "auto"],
    [
      "base64 cut in pieces",
      `/${base64(SOURCE)
        .match(/.{1,16}/g)
        ?.join("/")}.webp`,
      SOURCE,
      "webp",
    ],
    ["base64 with a line end in it, as echo makes it", `/${base64(`${SOURCE}\n`)}`, SOURCE, "auto"],
    ["base64 with a line end of Windows", `/${base64(`${SOURCE}\r\n`)}.png`, SOURCE, "png"],
    ["base64 with spaces and line ends", `/${base64(`${SOURCE} \t\n\n`)}`, SOURCE, "auto"],
    ["base64 with a line end behind it", `/${base64(SOURCE)}%0A`, SOURCE, "auto"],
    ["base64 with lines, as base64 makes it", `/${base64(SOURCE).replace(/.{16}/g, "$&%0D%0a")}`, SOURCE, "auto"],
    [
      "base64 with an escaped padding and a line end",
      `/${base64("http://a.test/")}%3D%3d%0A`,
      "http://a.test/",
      "auto",
    ],
    ["a line end and a file name", `/${base64(`${SOURCE}\n`)}/curiosity.jpg`, SOURCE, "auto"],
    ["plain with a line end", `/plain/${SOURCE}%0A`, SOURCE, "auto"],
    ["plain with a line end of Windows, and a format", `/plain/${SOURCE}%0D%0A@png`, SOURCE, "png"],
    ["base64 with a file name", `/${base64(SOURCE)}/curiosity.jpg`, SOURCE, "auto"],
    ["base64 with format and file name", `/${base64(SOURCE)}.png/curiosity.jpg`, SOURCE, "png"],
    [
      "base64 of an upper-case scheme and port",
      `/${base64("HTTPS://EXAMPLE.org:443/A.jpg")}`,
      "https://example.org/A.jpg",
      "auto",
    ],
  ])("%s", async (_, path, source, format) => {
    const request = await unsigned(path);
    expect([request.source, request.transform.format]).toEqual([source, format]);
  });

  test.each([
    ["none", "/w:100", "url_invalid"],
    ["none, with a slash", "/w:100/", "url_invalid"],
    ["empty plain", "/plain/", "url_invalid"],
    ["plain without an address", "/plain/@png", "url_invalid"],
    ["broken escape", "/plain/https://example.org/%E4.jpg", "url_invalid"],
    ["encrypted, without a key", "/enc/AAAA", "url_invalid"],
    ["not base64", "/!!!!", "url_invalid"],
    ["base64 of bytes", "/_____w", "url_invalid"],
    ["two formats", `/${base64(SOURCE)}.png.jpg`, "url_invalid"],
    ["base64 of nothing but line ends", `/${base64("\n\n")}`, "url_invalid"],
    ["base64 with a line end inside the source", `/${base64("https://example.org/a\nb.jpg")}`, "url_invalid"],
    ["base64 with a space inside", "/aHR0%20cDov", "url_invalid"],
    ["relative", "/plain/a.jpg", "source_invalid"],
    ["file", "/plain/file:///etc/passwd", "source_invalid"],
    ["local", "/plain/local:///a.png", "source_invalid"],
    ["data", `/${base64("data:image/png;base64,AAAA")}`, "source_invalid"],
    ["javascript", `/${base64("javascript:alert(1)")}`, "source_invalid"],
    ["too long", `/plain/https://example.org/${"a".repeat(8200)}`, "url_invalid"],
  ])("%s is refused", async (_, path, reason) => expect((await failure(unsigned(path))).reason).toBe(reason));
});

describe("an unescaped ? in a signed path", () => {
  const source = `${SOURCE}?a=1`;
  /** As a builder that does not escape writes it. */
  async function careless(options = "w:10", mark = source): Promise<string> {
    const { signPath } = await import("../../../../src/request/signing/signature.ts");
    const [, pair] = SIGNED.signingPairs;
    if (pair === undefined) throw new Error("no pair");
    const path = `/${options}/plain/${mark}`;
    return `${ENDPOINT}/${await signPath(path, pair)}${path}`;
  }
  const named = expect.stringContaining("unescaped ?");
  test("is named", async () => {
    const error = await failure(read(await careless()));
    expect([error.reason, error.facts.why]).toEqual(["signature_invalid", named]);
  });
  test("is named when a proxy has rewritten the path too", async () => {
    const url = (await careless()).replace("w:10", "w%3A10").replace("/https://", "/https:/");
    expect((await failure(read(url))).facts.why).toEqual(named);
  });
  test("is not named where it is not at fault", async () => {
    const wrong = (await careless()).replace("a=1", "a=2");
    expect((await failure(read(wrong))).facts.why).toBe("another path, key or salt was signed");
    expect((await failure(read(`${ENDPOINT}/short/w:10/plain/${source}`))).facts.why).not.toEqual(named);
  });
  test("escaped, the source has its query; one behind the path is not read", async () => {
    const escaped = await careless("w:10", source.replace("?", "%3F"));
    for (const url of [escaped, build({ width: 10 }, "base64", source)]) {
      expect((await read(`${url}?utm=1`)).source).toBe(source);
    }
  });
});

describe("a refusal says what to do", () => {
  test.each([
    ["fl:1", "Option flip (fl) is not taken here: Only `rotate` and `auto_rotate`"],
    ["wdith:1", "Option wdith is not taken here: there is no such option"],
    ["br:1", 'Option brightness (br) cannot be "1": only 0. Colours stay as they are'],
    ["g:sm:10:10", 'Option gravity (g) cannot be "sm:10:10": sm takes no offsets'],
    ["c:300:300:sm:0:1", 'Option crop (c) cannot be "sm:0:1": sm takes no offsets'],
    [
      "raw",
      'Cannot read the address: its source is neither plain/ nor base64 of an address (is "raw" an option? Then write raw:1)',
    ],
    ["RAW", "Cannot read the address: its source is neither plain/ nor base64 of an address"],
  ])("%s", async (option, text) => {
    const { reason, facts } = await failure(unsigned(`/${option}/plain/${SOURCE}`));
    expect(publicMessage(reason, facts)).toBe(text);
  });
  test.each([[["g:sm::"]], [["g:sm"]]])("%s is taken", async ([option]) => {
    expect((await unsigned(`/${option}/plain/${SOURCE}`)).transform.gravity.kind).toBe("smart");
  });
});

describe("options that are refused say which", () => {
  test.each([
    ["/blur:x", "option_invalid", "blur"],
    ["/bl:1001", "option_invalid", "blur (bl)"],
    ["/preset:small", "option_invalid", "preset"],
    ["/raw:t", "option_not_allowed", "raw"],
    ["/__proto__:1", "option_unknown", "__proto__"],
    ["/constructor:1", "option_unknown", "constructor"],
    ["/fl:1", "option_unknown", "flip (fl)"],
    ["/flip:1", "option_unknown", "flip"],
    ["/rs:squeeze:1:1", "option_invalid", "resize (rs)"],
    ["/resize:fit:x", "option_invalid", "resize"],
    ["/rs:fit:1:1:f:maybe", "option_invalid", "resize (rs)"],
    ["/ex:1:sm", "option_invalid", "extend (ex)"],
    ["/ex:2", "option_invalid", "extend (ex)"],
    ["/exbg:white", "option_invalid", "extend_background (exbg)"],
    ["/rs:fit:1:1:f:f:1", "option_invalid", "resize (rs)"],
    ["/rt:constructor", "option_invalid", "resizing_type (rt)"],
    ["/w:-1", "option_invalid", "width (w)"],
    ["/w:1.5", "option_invalid", "width (w)"],
    ["/w:65536", "option_invalid", "width (w)"],
    ["/w:1e3", "option_invalid", "width (w)"],
    ["/w:1:2", "option_invalid", "width (w)"],
    ["/h:abc", "option_invalid", "height (h)"],
    ["/dpr:0", "option_invalid", "dpr"],
    ["/dpr:11", "option_invalid", "dpr"],
    ["/el:maybe", "option_invalid", "enlarge (el)"],
    ["/g:sm:1", "option_invalid", "gravity (g)"],
    ["/ex:1:sm", "option_invalid", "extend (ex)"],
    ["/g:fp:0.5", "option_invalid", "gravity (g)"],
    ["/g:fp:0.5:1.1", "option_invalid", "gravity (g)"],
    ["/g:no:1:2:3", "option_invalid", "gravity (g)"],
    ["/c:-1:1", "option_invalid", "crop (c)"],
    ["/c:1:1:sm:2", "option_invalid", "crop (c)"],
    ["/bg:ggg", "option_invalid", "background (bg)"],
    ["/bg:ff00ff80", "option_invalid", "background (bg)"],
    ["/bg:1:2", "option_invalid", "background (bg)"],
    ["/bg:1:2:256", "option_invalid", "background (bg)"],
    ["/q:101", "option_invalid", "quality (q)"],
    ["/f:avif", "option_invalid", "format (f)"],
    ["/ext:exe", "option_invalid", "format (ext)"],
    ["/ar:2", "option_invalid", "auto_rotate (ar)"],
    ["/rot:45", "option_invalid", "rotate (rot)"],
    ["/exp:soon", "option_invalid", "expires (exp)"],
    ["/fn:a%2Fb", "option_invalid", "filename (fn)"],
    ["/fn:a%0Ab", "option_invalid", "filename (fn)"],
    ["/fn:%E4", "option_invalid", "filename (fn)"],
    ["/att:yes", "option_invalid", "return_attachment (att)"],
  ])("%s -> %s, %s", async (path, reason, option) => {
    const error = await failure(unsigned(`${path}/plain/${SOURCE}`));
    expect([error.reason, error.facts.option]).toEqual([reason, option]);
    expect(publicMessage(error.reason, error.facts)).toContain(option);
  });
  test("the format behind the source counts as the option", async () => {
    expect((await failure(unsigned(`/plain/${SOURCE}@gif`))).facts.option).toBe("format");
  });
});

describe("options that keep or reset", () => {
  const transformOf = async (path: string) => {
    const url = generateImageUrl({ endpoint: ENDPOINT, url: SOURCE, key: KEY, salt: SALT, options: {} });
    const source = url.slice(url.lastIndexOf("/"));
    const { signPath } = await import("../../../../src/request/signing/signature.ts");
    const pair = SIGNED.signingPairs[1];
    if (pair === undefined) throw new Error("no pair");
    return (await read(`${ENDPOINT}/${await signPath(path + source, pair)}${path}${source}`)).transform;
  };
  test.each([
    ["/rs:fill:300:200/w:100", { resize: "fill", width: 100, height: 200 }],
    ["/rs:fill/rs::300", { resize: "fill", width: 300 }],
    ["/rs::::1:0", { enlarge: true }],
    ["/rs:fit:1:1:f:false", { enlarge: false, extend: null }],
    ["/rs:fit:1:1:f:1", { extend: { kind: "compass", at: "ce", x: 0, y: 0 } }],
    ["/s:1:1::t", { enlarge: false, extend: { kind: "compass", at: "ce", x: 0, y: 0 } }],
    ["/ex:1:no:0:5", { extend: { kind: "compass", at: "no", x: 0, y: 5 } }],
    ["/ex:t:fp:0.5:0", { extend: { kind: "focus", x: 0.5, y: 0 } }],
    ["/ex:1/ex:0:no", { extend: null }],
    ["/ex:1/ex:", { extend: { kind: "compass", at: "ce", x: 0, y: 0 } }],
    ["/exbg:fff", { extendColour: [255, 255, 255] }],
    ["/rt:outside", { resize: "outside" }],
    ["/rt:fit-down", { resize: "fit-down" }],
    ["/w:", { width: 0 }],
    ["/w:65535", { width: 65_535 }],
    ["/dpr:0.1", { dpr: 0.1 }],
    ["/dpr:10", { dpr: 10 }],
    ["/g:so/g:ce", { gravity: { kind: "compass", at: "ce", x: 0, y: 0 } }],
    ["/g:fp:0:1", { gravity: { kind: "focus", x: 0, y: 1 } }],
    ["/g:no::5", { gravity: { kind: "compass", at: "no", x: 0, y: 5 } }],
    ["/c:100", { crop: { width: 100, height: 0, gravity: null } }],
    ["/c:100:200:ea:5", { crop: { width: 100, height: 200, gravity: { kind: "compass", at: "ea", x: 5, y: 0 } } }],
    ["/c:100/c:0:0", { crop: null }],
    ["/bg:fff", { background: [255, 255, 255] }],
    ["/bg:fff/bg:", { background: null }],
    ["/q:0", { quality: null }],
    ["/q:100", { quality: 100 }],
    ["/rot:-90", { rotate: 270 }],
    ["/rot:360", { rotate: 0 }],
    ["/ar:FALSE", { autoRotate: false }],
    ["/f:jpeg", { format: "jpeg" }],
  ])("%s", async (path, expected) => expect(await transformOf(path)).toMatchObject(expected));
});

describe("expiry and delivery", () => {
  test("from that second on it is gone", async () => {
    const at = (seconds: number) => read(build({ expires: NOW / 1000 + seconds }));
    expect((await failure(at(-1))).reason).toBe("expired");
    expect((await failure(at(0))).reason).toBe("expired");
    expect((await at(1)).expires).toBe(NOW / 1000 + 1);
  });
  test("0 is never", async () => expect((await unsigned(`/exp:0/plain/${SOURCE}`)).expires).toBeNull());
  test("an encoded file name", async () => {
    const name = Buffer.from("Größe: 1/2").toString("base64url");
    expect((await failure(unsigned(`/fn:${name}:1/plain/${SOURCE}`))).facts.option).toBe("filename (fn)");
    const fine = Buffer.from("Größe 12").toString("base64url");
    expect((await unsigned(`/fn:${fine}:t/plain/${SOURCE}`)).delivery.filename).toBe("Größe 12");
  });
});

test("unsigned requests snap up to the ladder", async () => {
  const { transform } = await unsigned(`/rs:fill:300:200/q:61/plain/${SOURCE}`);
  expect(transform).toMatchObject({ width: 320, height: 213, quality: 80 });
});

test.each([
  [null, "base", true],
  ["image/avif,image/webp,*/*", "avif", true],
  ["image/webp,*/*;q=0.8", "webp", true],
])("Accept %s", async (accept, expected, negotiated) => {
  const request = await read(build({ width: 1 }), SIGNED, accept);
  expect([request.accept, request.negotiated]).toEqual([expected, negotiated]);
});

test.each([
  ["raw:1", { raw: 1 }, false],
  ["raw:0", { raw: 0 }, true],
  ["no raw", { width: 10 }, true],
] as const)("%s", async (_, options, negotiated) => {
  expect((await read(build(options as never), SIGNED, "image/webp")).negotiated).toBe(negotiated);
});

/** What Cloudflare's URL normalisation does to a path, as its documentation states it. */
function zoneNormalised(url: string): string {
  const path = url
    .slice(ENDPOINT.length)
    .replace(/\/{2,}/g, "/")
    .replace(/%[0-9a-f]{2}/gi, (text) => {
      const char = String.fromCharCode(Number.parseInt(text.slice(1), 16));
      return /[A-Za-z0-9._~-]/.test(char) ? char : text.toUpperCase();
    });
  return ENDPOINT + path;
}

/** A neighbour, another case, and something that means something in URLs. */
function replacements(char: string): readonly string[] {
  const flipped = char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase();
  const next = String.fromCharCode(char.charCodeAt(0) ^ 1);
  return [...new Set([flipped, next, "A", "/", "%", ":"])].filter((other) => other !== char);
}

import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { ANSWERS, Failure } from "../../../src/errors.ts";
import { readImageRequest, splitUrl, urlOfPath } from "../../../src/request/readImageRequest.ts";

const ORIGIN = "https://cdn.firstlight.test";
const OPEN = parseConfig({});
const SIGNED = parseConfig({ SIGNING_KEYS: "00", SIGNING_SALTS: "00" });

/** A seeded generator (mulberry32), so that a failure can be repeated. */
function seeded(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const PIECES = [
  ..."/:@%.?#=&,-_+ ~",
  ..."aZ09ä\u0000\u202e😀",
  ..."%2F %3A %00 %FF %C3%A4 %25 // ../ plain/ enc/ unsafe/ photon/ http: https:// [::1] 127.0.0.1 example.org".split(
    " ",
  ),
  ..."rs: s: w: h: rt: dpr: el: g: c: bg: q: f: ext: ar: rot: exp: cb: fn: att: fill fp 0.5 -1 1e9 999999999999999999".split(
    " ",
  ),
  ..."w= h= fit= resize= crop= quality= zoom= ssl= q= aHR0cHM6Ly9hLnRlc3Qv __proto__ constructor toString".split(" "),
];

describe("whatever is sent gives a request or a Failure of the table", () => {
  const rounds = process.env.FIRSTLIGHT_LONG === "1" ? 300_000 : 6_000;
  test.each(["/", "/unsafe/", "/unsafe/plain/", "/photon/", "/AAAA/"])("after %j", async (prefix) => {
    const random = seeded(prefix.length + 1);
    for (let i = 0; i < rounds; i++) {
      const length = 1 + random(12);
      const url = ORIGIN + prefix + Array.from({ length }, () => PIECES[random(PIECES.length)]).join("");
      const outcome = await readImageRequest(url, null, i % 2 ? OPEN : SIGNED, 0).then(
        ({ source }) => new URL(source).protocol.startsWith("http"),
        (error: unknown) => (error instanceof Failure && ANSWERS[error.reason].status < 500) || error,
      );
      // Not one assertion each: half a million of them take longer than what they are about.
      if (outcome !== true) expect.fail(`${url}: ${outcome}`);
    }
  });
});

describe("no text takes long", () => {
  const long = 8000;
  test.each([
    ["slashes", "/".repeat(long)],
    ["colons", ":".repeat(long)],
    ["options", "/w:1".repeat(long / 4)],
    ["escapes", `plain/${"%3A".repeat(long / 3)}`],
    ["broken escapes", `plain/${"%".repeat(long)}`],
    ["at signs", `plain/https://a.test/${"@".repeat(long - 30)}`],
    ["dots", ".".repeat(long)],
    ["base64 pieces", "aHR0/".repeat(long / 5)],
    ["base64 of blanks", Buffer.from(`https://a.test/${" \n".repeat(2_900)}x`).toString("base64url")],
    ["escaped line ends", `aHR0${"%0A".repeat(long / 3)}!`],
    ["zeros of an option without effect", `bl:${"0.0:".repeat(long / 4)}`],
    ["digits", `w:${"9".repeat(long)}`],
    ["decimals", `dpr:${"1.".repeat(long / 2)}`],
    ["letters of a scheme", `plain/${"a+.-".repeat(long / 4)}:/`],
  ])("%s", async (_, text) => {
    for (const config of [OPEN, SIGNED]) {
      const started = performance.now();
      await readImageRequest(`${ORIGIN}/unsafe/${text}`, ",;".repeat(2000), config, 0).catch(() => null);
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});

test.each([
  ["https://a.test", "/", ""],
  ["https://a.test/", "/", ""],
  ["https://a.test/b/c?d=e?f", "/b/c", "d=e?f"],
  ["https://a.test/b#c?d", "/b", ""],
  ["https://a.test//b//c", "//b//c", ""],
  ["https://a.test/%2F%3f?%3F", "/%2F%3f", "%3F"],
])("splitUrl(%s) is %s and %s", (url, path, query) => expect(splitUrl(url)).toEqual({ path, query }));

test.each([
  ["as it is", "/_/w:1/plain/https://a.test/b%20c.jpg?x#y", "/_/w:1/plain/https://a.test/b%20c.jpg?x#y"],
  ["a space", "/_/plain/https://a.test/b c", "/_/plain/https://a.test/b%20c"],
  ["not ASCII", "/_/cb:\u00e4/x", "/_/cb:%C3%A4/x"],
  ["half a character", "/_/cb:\ud800/x", "/_/cb:%EF%BF%BD/x"],
  ["another host", "//evil.test/x", "//evil.test/x"],
])("a path becomes the URL a browser asks for: %s", (_, path, expected) => {
  expect(urlOfPath(ORIGIN, path)).toBe(`${ORIGIN}${expected}`);
});

test("a refusal is not kept past the time at which its URL expires", async () => {
  const path = (options: string) => `https://cdn.test/_/${options}/plain/https://a.test/1.jpg`;
  const config = parseConfig({ ALLOWED_SOURCES: "a.test", UNSIGNED_REFUSED: "crop" });
  const keeping = (options: string) =>
    readImageRequest(path(options), null, config, 0).then(
      () => null,
      (error: unknown) => error instanceof Failure && error.keeping.until,
    );
  expect(await keeping("exp:90/c:10:10")).toBe(90_000);
  expect(await keeping("c:10:10")).toBe(Number.POSITIVE_INFINITY);
});

describe("how many frames", () => {
  const settings = { ALLOWED_SOURCES: "a.test" };
  const framesOf = async (path: string, accept: string | null, most: string) => {
    const config = parseConfig({ ...settings, MAX_ANIMATION_FRAMES: most });
    return (await readImageRequest(ORIGIN + path, accept, config, 0)).transform.maxFrames;
  };
  const IMGPROXY = "/unsafe/w:320/plain/https://a.test/b.gif";
  const WEBP = "image/webp,*/*";
  test.each([
    ["the default is a still", IMGPROXY, WEBP, "1", 1],
    ["the deployment's limit", IMGPROXY, WEBP, "40", 40],
    ["a reader who takes AVIF takes WebP", IMGPROXY, "image/avif,image/webp", "40", 40],
    ["a reader without WebP gets a still", IMGPROXY, "image/*", "40", 1],
    ["WebP by name", `${IMGPROXY}@webp`, "image/*", "40", 40],
    ["JPEG by name", `${IMGPROXY}@jpg`, WEBP, "40", 1],
    ["disable_animation", IMGPROXY.replace("w:320", "da:1"), WEBP, "40", 1],
    ["disable_animation, as long", IMGPROXY.replace("w:320", "disable_animation:t"), WEBP, "40", 1],
    ["the last one counts", IMGPROXY.replace("w:320", "da:1/da:0"), WEBP, "40", 40],
    ["Photon has no word for it", "/photon/a.test/b.gif?w=320", WEBP, "40", 40],
    ["Cloudflare: on by default", "/image/w=320/https://a.test/b.gif", WEBP, "40", 40],
    ["Cloudflare: anim=true", "/image/w=320,anim=true/https://a.test/b.gif", WEBP, "40", 40],
    ["Cloudflare: anim=false", "/image/w=320,anim=false/https://a.test/b.gif", WEBP, "40", 1],
    ["wsrv.nl: off by default", "/?url=a.test/b.gif&w=320", WEBP, "40", 1],
    ["wsrv.nl: all pages", "/?url=a.test/b.gif&w=320&n=-1", WEBP, "40", 40],
    ["wsrv.nl: one page", "/?url=a.test/b.gif&w=320&n=1", WEBP, "40", 1],
    ["IPX: off by default", "/_ipx/w_320/https://a.test/b.gif", WEBP, "40", 1],
    ["IPX: animated", "/_ipx/animated,w_320/https://a.test/b.gif", WEBP, "40", 40],
    ["IPX: a", "/_ipx/a,w_320/https://a.test/b.gif", WEBP, "1", 1],
    ["next/image", "/_next/image?url=https://a.test/b.gif&w=320&q=75", WEBP, "40", 40],
  ])("%s", async (_, path, accept, most, expected) => expect(await framesOf(path, accept, most)).toBe(expected));
});

import { describe, expect, test } from "vitest";
import { explain } from "../../../../src/cli/sign/explain.ts";
import { parseConfig } from "../../../../src/config/parseConfig.ts";
import { overrideCheck } from "../../../../src/coordinate/overrides.ts";
import { withSettings } from "../../../../src/live/liveSettings.ts";
import { signPath } from "../../../../src/request/signing/signature.ts";
import { renditionKey, sourceKeys } from "../../../../src/store/schema/key.ts";

const ORIGIN = "https://cdn.test";
const NOW = Date.parse("2026-11-28T00:00:00Z");
const SOURCE = "https://example.org/a.jpg";
const ENCODED = Buffer.from(SOURCE).toString("base64url");
const SIGNED = parseConfig({ SIGNING_KEYS: "00,01", SIGNING_SALTS: "10,11" });
const LISTED = parseConfig({ ALLOWED_SOURCES: "example.org" });
const READER = { accept: "image/avif,image/webp,*/*", colo: "MAD" };

async function signed(path: string, key: 0 | 1 = 1): Promise<string> {
  const pair = SIGNED.signingPairs[key];
  return `${ORIGIN}/${pair === undefined ? "" : await signPath(path, pair, 32)}${path}`;
}

async function told(url: string, config = SIGNED, reader: { accept: string | null; colo: string | null } = READER) {
  const { ok, lines } = await explain(url, reader, config, NOW);
  return { ok, text: lines.join("\n") };
}

describe("a request that is answered: each step in the Worker's order", () => {
  test("a signed one", async () => {
    const { ok, text } = await told(await signed(`/rs:fill:300:200/exp:1795910400/${ENCODED}`));
    const keys = await sourceKeys(SOURCE);
    expect(ok).toBe(true);
    const steps = ["grammar", "source", "permitted by", "options", "format", "expires", "file name"];
    const decided = [...steps, "policy", "takedown", "region", "stored as", "asks for", "answer"];
    const names = text.split("\n").flatMap((line) => /^\S.{12}/.exec(line)?.[0].trim() ?? []);
    expect(names).toEqual(decided);
    for (const part of [
      "imgproxy",
      SOURCE,
      "signature, with key 2 of 2",
      'resizing_type "fill", width 300, height 200, keep_copyright "fetched"',
      "weur for a reader at MAD",
      await renditionKey(keys, "h:200/kcr:fetched/rt:fill/w:300/f:webp"),
      "the hash of h:200/kcr:fetched/rt:fill/w:300/f:webp",
      "200, if the source has a picture: webp",
      "never past its expiry",
      'negotiated: class "avif" for this Accept header',
    ]) {
      expect(text).toContain(part);
    }
  });

  test("the format of raw is that of the source", async () => {
    const { text } = await told(await signed(`/raw:1/${ENCODED}`));
    expect(text).toContain("that of the source (raw)");
    expect(text).not.toContain("negotiated");
  });

  test("an address of facts, with the signature of the picture behind it", async () => {
    const address = await signed(`/w:300/${ENCODED}`);
    const { ok, text } = await told(address.replace(ORIGIN, `${ORIGIN}/info`));
    expect(ok).toBe(true);
    expect(text).toContain("signature, with key 2 of 2");
    expect(text).toContain("200, if the source has a picture: its facts as JSON");
    expect((await told(address)).text).not.toContain("JSON");
    const { text: json } = await told(`${ORIGIN}/image/width=320,format=json/${SOURCE}`, LISTED);
    expect(json).toContain("its facts as JSON");
  });

  test("a source without a scheme has a second address", async () => {
    const { text } = await told(`${ORIGIN}/?url=example.org/a.jpg&w=320`, LISTED);
    expect(text).toContain(
      `source        ${SOURCE}\n              http://example.org/a.jpg, if HTTPS cannot be reached`,
    );
    expect((await told(`${ORIGIN}/?url=${SOURCE}&w=320`, LISTED)).text).not.toContain("http://example.org");
  });

  test("a path of Cloudflare's own says what to write", async () => {
    const { ok, text } = await told(`${ORIGIN}/cdn-cgi/image/width=320/${SOURCE}`, LISTED);
    expect([ok, text.includes("write /image/ in place of /cdn-cgi/image/")]).toEqual([false, true]);
    expect((await told(`${ORIGIN}/cdn-cgi/image/width=320/${SOURCE}`)).text).toContain("400 url_invalid");
    expect((await told(`${ORIGIN}/nothing`, LISTED)).text).not.toContain("/image/");
  });

  test("the provider's own sizes that are asked for, the original last", async () => {
    const flickr = "https://live.staticflickr.com/1/2_3";
    const { text } = await told(await signed(`/w:640/${Buffer.from(`${flickr}_b.jpg`).toString("base64url")}`));
    const asked = text
      .split("\n")
      .filter((line) => line.includes(flickr))
      .slice(1);
    expect(asked).toEqual([
      `asks for      flickr.z: ${flickr}_z.jpg`,
      `              else flickr.c: ${flickr}_c.jpg`,
      `              else original: ${flickr}_b.jpg`,
    ]);
  });

  test("signed with the older key", async () => {
    expect((await told(await signed(`/w:1/${ENCODED}`, 0))).text).toContain("signature, with key 1 of 2");
  });

  test("signed, and rewritten by a zone", async () => {
    const url = (await signed("/w:1/plain/https://example.org/a.jpg")).replace("https://example", "https:/example");
    expect((await told(url)).text).toContain("with key 2 of 2, after the path was repaired");
  });

  test("an unsigned one gets the ladder's size", async () => {
    const { ok, text } = await told(`${ORIGIN}/_/w:300/${ENCODED}`, LISTED);
    expect([ok, text]).toEqual([true, expect.stringContaining("the list of allowed sources")]);
    expect(text).toContain("width 320");
    expect(text).toContain("sizes go up to the next of 160, 320,");
  });

  test("photon's grammar, without an Accept header that names WebP", async () => {
    const { ok, text } = await told(`${ORIGIN}/photon/example.org/a.jpg?w=300&ssl=1`, LISTED, {
      accept: null,
      colo: null,
    });
    expect([ok, text]).toEqual([true, expect.stringMatching(/^grammar +photon\n/)]);
    expect(text).toContain("JPEG, or PNG for a picture with alpha");
    expect(text).toContain('negotiated: class "base" without an Accept header (--accept gives one)');
    expect(text).toContain("enam, the first of enam, weur, apac, oc (--colo says where the reader is)");
  });

  test("the live settings: a region by override, the time of a purge", async () => {
    const { host16 } = await sourceKeys(SOURCE);
    const settings = JSON.stringify({ epochs: { [host16]: NOW }, regions: { "colo:MAD": "apac" } });
    const config = withSettings(SIGNED, settings, overrideCheck(SIGNED.regions));
    const { text } = await told(await signed(`/w:1/${ENCODED}`), config);
    expect(text).toContain("apac for a reader at MAD, by the live settings");
    expect(text).toContain("purged 2026-11-28T00:00:00.000Z");
  });
});

describe("a request that is refused: the steps before, then the answer and why", () => {
  const blocking = async (kind: "hosts" | "sources") => {
    const { host16, source32 } = await sourceKeys(SOURCE);
    const blocked = { [kind]: [kind === "hosts" ? host16 : source32] };
    return withSettings(SIGNED, JSON.stringify({ blocked }), overrideCheck(SIGNED.regions));
  };
  test.each(["hosts", "sources"] as const)("a takedown, by %s", async (kind) => {
    const { ok, text } = await told(await signed(`/w:1/${ENCODED}`), await blocking(kind));
    expect([ok, text]).toEqual([false, expect.stringContaining("answer        451 blocked: ")]);
    expect(text).toContain("kept up to 60 s");
    expect(text).toContain("policy        the source may be fetched");
    expect(text).not.toContain("takedown");
  });
  test("an unsigned one where keys are set", async () => {
    const { ok, text } = await told(`${ORIGIN}/_/w:1/${ENCODED}`);
    expect([ok, text]).toEqual([
      false,
      expect.stringMatching(/^answer +403 signature_missing: .*\n +kept by no cache$/),
    ]);
  });
  test("a source that is not listed", async () => {
    const { ok, text } = await told(`${ORIGIN}/_/w:1/plain/https://other.test/a`, LISTED);
    expect([ok, text]).toEqual([false, expect.stringContaining("403 source_not_allowed: ")]);
    expect(text).toContain("because       other.test matches no allowed source");
    expect(text).toContain("permitted by  nothing: it is not on the list of allowed sources (ALLOWED_SOURCES)");
  });
  test("an expired one", async () => {
    const { text } = await told(await signed(`/exp:1/${ENCODED}`));
    expect(text).toContain("410 expired: This address expired at 1970-01-01");
  });
  test("without any key or list it says that nobody gets a picture", async () => {
    const { ok, text } = await told(`${ORIGIN}/_/w:1/${ENCODED}`, parseConfig({}));
    expect([ok, text]).toEqual([false, expect.stringContaining("so nobody gets a picture")]);
    expect(text).toContain("permitted by  nothing");
    expect((await told(`${ORIGIN}/_/w:1/plain/https://other.test/a`, LISTED)).text).not.toContain("nobody");
  });
});

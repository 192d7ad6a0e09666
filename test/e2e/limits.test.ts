/** Who may show pictures, and how many new ones may be caused: against the Worker as `npm run edge` starts it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { signedUrlSync } from "../../src/client/url.ts";

const SHOP = { key: "a1".repeat(16), salt: "b1".repeat(8) };
const PARTNER = { key: "a2".repeat(16), salt: "b2".repeat(8) };
const MOST_AT_ONCE = 8;
/** KEY_LIMIT_STRICT of wrangler.toml, in 10 s. */
const STRICT = 50;
type RateLimit = { limit(options: { readonly key: string }): Promise<{ readonly success: boolean }> };
const PAGE = { referer: "https://shop.test/list" };

// An edge takes 10 s. Its quick twins: test/src/handlers/image.workerd.test.ts, test/src/policy.
describe.skipIf(process.env.FIRSTLIGHT_LONG !== "1")("limits of a deployment", () => {
  let source: Server;
  let base: string;
  let edge: Edge;
  let picture: Uint8Array;
  /** Answers to /slow/ that wait. */
  const waiting: (() => void)[] = [];
  const lines: { signer?: string; reason?: string }[] = [];

  beforeAll(async () => {
    picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: "#a50" } })
      .jpeg()
      .toBuffer();
    source = createServer((request, response) => {
      const answer = () => response.writeHead(200, { "cache-control": "max-age=3600" }).end(picture);
      if (request.url?.startsWith("/slow/")) waiting.push(answer);
      else if (request.url?.startsWith("/gone/")) response.writeHead(404).end();
      else answer();
    });
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
    edge = await startEdge({
      heavy: false,
      vars: {
        ALLOW_LOOPBACK_SOURCES: "true",
        SIGNING_KEYS: `${SHOP.key},${PARTNER.key}`,
        SIGNING_SALTS: `${SHOP.salt},${PARTNER.salt}`,
        SIGNING_KEY_NAMES: "shop,partner",
        SIGNING_KEY_LIMITS: "strict,none",
        ALLOWED_REFERERS: "shop.test,*.shop.test",
        EMPTY_REFERER: "false",
        MAX_MISSES_IN_FLIGHT: String(MOST_AT_ONCE),
      },
      log: ({ message }) => {
        if (message.startsWith("{")) lines.push(JSON.parse(message) as (typeof lines)[number]);
      },
    });
  }, 60_000);
  afterAll(async () => {
    for (const answer of waiting) answer();
    await edge?.stop();
    source?.closeAllConnections();
    source?.close();
  });

  async function ask(path: string, signing: typeof SHOP, headers: Record<string, string> = PAGE) {
    const response = await fetch(signedUrlSync(edge.url, `${base}${path}`, { width: 32 }, signing), { headers });
    const body = await response.text();
    return response.ok ? "picture" : `${response.status} ${(JSON.parse(body) as { code: string }).code}`;
  }
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((turn) => setTimeout(turn, 10));
  };

  test("pages that are not listed get nothing, what the edge has neither; nor do requests without a page", async () => {
    expect(await ask("/a.jpg", PARTNER)).toBe("picture");
    const others = ["https://evil.test/", "https://shop.test.evil.test/", "https://evil.test/?https://shop.test/", ""];
    const answers = await Promise.all(
      others.map((referer) => ask("/a.jpg", PARTNER, referer === "" ? {} : { referer })),
    );
    expect(answers).toEqual(others.map(() => "403 referer_refused"));
    expect(await ask("/a.jpg", PARTNER, { referer: "https://www.shop.test/x?y" })).toBe("picture");
  });

  test("a client waits for so many new pictures at once; hits and others' turns are not touched", async () => {
    expect(await ask("/hit.jpg", PARTNER)).toBe("picture");
    const first = Array.from({ length: MOST_AT_ONCE }, (_, i) => ask(`/slow/${i}.jpg`, PARTNER));
    await until(() => waiting.length === MOST_AT_ONCE);
    expect(await ask("/over.jpg", PARTNER)).toBe("429 in_flight_limited");
    expect(await ask("/hit.jpg", PARTNER)).toBe("picture");
    for (const answer of waiting.splice(0)) answer();
    expect(await Promise.all(first)).toEqual(first.map(() => "picture"));
    expect(await ask("/over.jpg", PARTNER)).toBe("picture");
  });

  test("a key's class limits its new pictures, not its hits and not another key's", { timeout: 120_000 }, async () => {
    expect(await ask("/stored.jpg", SHOP)).toBe("picture");
    const { KEY_LIMIT_STRICT } = (await edge.miniflare.getBindings()) as { KEY_LIMIT_STRICT: RateLimit };
    // A slow machine makes fewer pictures in 10 s than the class allows. So the test counts the others itself.
    const key = "signing key shop";
    const seen: string[] = [];
    for (let i = 0; i < 20 && !seen.includes("429 rate_limited"); i++) {
      await Promise.all(Array.from({ length: STRICT }, () => KEY_LIMIT_STRICT.limit({ key })));
      seen.push(await ask(`/gone/${i}.jpg`, SHOP));
    }
    expect(seen.at(-1)).toBe("429 rate_limited");
    for (let i = 0; i < 5; i++) expect(await ask("/stored.jpg", SHOP)).toBe("picture");
    expect(await ask("/partner.jpg", PARTNER)).toBe("picture");
    await until(() => lines.some(({ reason }) => reason === "rate_limited"));
    expect(lines.find(({ reason }) => reason === "rate_limited")?.signer).toBe("shop");
    // Lines of what was used behind an answer have no reason and no signer.
    const requests = lines.filter(({ reason }) => reason !== undefined);
    expect(new Set(requests.map(({ signer }) => signer))).toEqual(new Set(["", "shop", "partner"]));
  });
});

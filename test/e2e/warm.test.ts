/**
 * The whole way: an API server's hint, the warmer, the Worker and its regional store; a source that takes its time; and
 * a browser that asks when the picture is there already.
 */
import { createServer, type Server } from "node:http";
import { connect } from "node:http2";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { callSigned } from "../../src/cli/signedCall.ts";
import { createHinter, type Hinter } from "../../warmer/client/hint.ts";
import type { Warmer } from "../../warmer/service.ts";
import { requestLines } from "../support/logLines.ts";
import { linesOf, pushOverSocket, signedPush } from "../support/push.ts";
import { dropBucket, storedKeys } from "../support/stores.ts";
import { startTestWarmer, until } from "../support/warmer.ts";

const SECRET = "a secret of the test";
const HINT_SECRET = "another of the test";
const SOURCE_MS = 1_000;

describe("hint -> warmer -> POST /warm -> regional store -> browser", { timeout: 60_000 }, () => {
  let source: Server;
  let edge: Edge;
  let warmer: Warmer;
  let hinter: Hinter;
  const asked: string[] = [];
  const log: string[] = [];

  beforeAll(async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
    const picture = await sharp({ create: { width: 800, height: 600, channels: 3, background: "#888", noise } })
      .jpeg()
      .toBuffer();
    source = createServer((request, response) => {
      asked.push(request.url ?? "");
      const ms = request.url?.startsWith("/quick") ? 0 : SOURCE_MS;
      const status = request.url?.includes("missing") ? 404 : 200;
      setTimeout(() => response.writeHead(status, { "cache-control": "max-age=86400" }).end(picture), ms);
    });
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    edge = await startEdge({
      heavy: false,
      h2: true,
      vars: { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1", WARM_SECRET: SECRET, PURGE_SECRET: SECRET },
      log: ({ message }) => log.push(message),
    });
    warmer = await startTestWarmer({
      WARM_REGIONS: ["enam", "weur", "apac", "oc"].map((region) => `${region}=${edge.url}`).join(),
      WARM_SECRET: SECRET,
      WARM_HINT_SECRET: HINT_SECRET,
      WARM_DEADLINE_MS: "20000",
      // The age limit is not the point here, and the machine may be busy.
      WARM_MAX_AGE_MS: "5000",
    });
    hinter = createHinter({ address: `127.0.0.1:${warmer.udp.port}`, secret: HINT_SECRET });
  }, 60_000);

  afterAll(async () => {
    await hinter?.close();
    await warmer?.stop();
    await edge?.stop();
    source?.close();
  });

  const path = (name: string, host = "127.0.0.1") =>
    `/_/rs:fit:320:320/plain/http://${host}:${(source.address() as AddressInfo).port}/${name}.jpg`;

  /** What a browser in Madrid does with an <img>. */
  async function browse(name: string) {
    const started = performance.now();
    const answer = await fetch(edge.url + path(name), {
      headers: { accept: "image/avif,image/webp,image/*,*/*;q=0.8", "x-firstlight-colo": "MAD" },
    });
    const bytes = (await answer.arrayBuffer()).byteLength;
    const how = answer.headers.get("cache-status") ?? "";
    return {
      status: answer.status,
      type: answer.headers.get("content-type"),
      how,
      bytes,
      ms: performance.now() - started,
    };
  }

  it("with the hint first the browser's request is a regional hit; without, a miss", async () => {
    hinter.hint({ paths: path("hinted"), colo: "MAD" });
    await until(() => warmer.counts.pushed === 1, 10_000);
    // Waits until it is there.
    expect(await storedKeys(edge, "R2_WEUR")).toHaveLength(1);
    await dropBucket(edge, "R2_PRIMARY");
    const hinted = await browse("hinted");
    const cold = await browse("cold");
    console.log(
      `first view with a hint ${hinted.ms.toFixed(0)} ms, without ${cold.ms.toFixed(0)} ms (the source takes ${SOURCE_MS} ms)`,
    );
    expect(hinted).toMatchObject({ status: 200, type: "image/webp", how: expect.stringContaining("detail=region") });
    expect(cold).toMatchObject({ status: 200, type: "image/webp", how: expect.stringContaining("fwd=miss") });
    expect(hinted.bytes).toBe(cold.bytes);
    expect(hinted.ms).toBeLessThan(cold.ms / 2);
    expect(cold.ms).toBeGreaterThan(SOURCE_MS);
    expect(asked).toEqual(["/hinted.jpg", "/cold.jpg"]);
  });

  it("the other regions hold nothing of it", async () => {
    expect([await storedKeys(edge, "R2_ENAM", 0), await storedKeys(edge, "R2_APAC", 0)]).toEqual([[], []]);
  });

  it("a browser that comes while the warm job is in flight joins it: the source is asked once", async () => {
    hinter.hint({ paths: path("joined"), country: "ES" });
    await until(() => asked.includes("/joined.jpg"), 10_000);
    const joined = await browse("joined");
    expect(joined.status).toBe(200);
    expect(asked.filter((url) => url === "/joined.jpg")).toHaveLength(1);
  });

  it("what a browser would be refused is refused to a hint, by the same reason", async () => {
    const before = warmer.counts.pushed;
    hinter.hint({ paths: [path("elsewhere", "localhost"), "/no-such-door"], colo: "MAD" });
    await until(() => warmer.counts.refused === 2, 10_000);
    const browser = await fetch(edge.url + path("elsewhere", "localhost"));
    const { code } = (await browser.json()) as { code: string };
    expect(warmer.counts.refusedBy.get(code)).toBe(1);
    expect(warmer.counts.pushed).toBe(before);
  });

  it("a push that waits is answered in the order of its paths, whichever is done first", async () => {
    const paths = [path("late"), "/no-such-door", path("quick-1"), path("elsewhere", "localhost"), path("quick-2")];
    const { body, headers } = await signedPush(SECRET, { region: "weur", paths });
    const answer = await fetch(`${edge.url}/warm?wait=1`, {
      method: "POST",
      body,
      headers: { ...headers, accept: "" },
    });
    const { results } = (await answer.json()) as { results: { path: string; result: string }[] };
    expect(results.map((one) => one.path)).toEqual(paths);
    expect(results.map(({ result }) => result.split(":")[0])).toEqual([
      "warmed",
      "refused",
      "warmed",
      "refused",
      "warmed",
    ]);
  });

  describe("outcomes, a line at a time", () => {
    const order = (names: readonly string[]) => ({ region: "weur", paths: names.map((name) => path(name)) });

    it("over HTTP/1.1 each line comes when its outcome is known, not when all are", async () => {
      const names = ["line-late", "quick-line", "quick-missing"];
      const paths = [...names.map((name) => path(name)), "/no-such-door", path("elsewhere", "localhost")];
      const { head, arrivals } = await pushOverSocket(edge.url, SECRET, { region: "weur", paths });
      expect(head).toMatch(/^HTTP\/1\.1 200 /);
      expect(head.toLowerCase()).toContain("\r\ncontent-type: application/x-ndjson");
      // All are worked on at once: which of the quick ones is done first is chance.
      const byPath = (a: { line: object }, b: { line: object }) =>
        JSON.stringify(a.line) < JSON.stringify(b.line) ? -1 : 1;
      const [accepted, ...told] = arrivals;
      const lines = [accepted, ...told.slice(0, 2).sort(byPath), ...told.slice(2)];
      expect(lines.map((arrival) => arrival?.line)).toEqual([
        {
          accepted: 3,
          refused: [
            { path: "/no-such-door", reason: "not_found" },
            { path: path("elsewhere", "localhost"), reason: "source_not_allowed" },
          ],
          regions: 0,
        },
        { path: path("quick-line"), outcome: "made" },
        { path: path("quick-missing"), outcome: "failed", reason: "source_missing" },
        { path: path("line-late"), outcome: "made" },
      ]);
      const [first, quick, , late] = arrivals.map(({ ms }) => ms);
      expect(first).toBeLessThan(SOURCE_MS);
      expect(quick).toBeLessThan(SOURCE_MS);
      expect(late).toBeGreaterThan(SOURCE_MS);
    });

    it("over HTTP/2 too; what is there is copied once, because the primary got it later, and then `present`", async () => {
      const again = await pushOverSocket(edge.url, SECRET, order(["quick-line"]));
      expect(again.arrivals.at(-1)?.line.outcome).toBe("made");
      const front = edge.front;
      if (front === null) throw new Error("no front");
      const push = await signedPush(SECRET, order(["quick-line", "h2-late"]));
      const session = connect(front.url, { ca: front.ca });
      const stream = session.request({ ":method": "POST", ":path": "/warm", ...push.headers });
      stream.end(push.body);
      const chunks: { ms: number; text: string }[] = [];
      const started = performance.now();
      for await (const chunk of stream) chunks.push({ ms: performance.now() - started, text: String(chunk) });
      session.close();
      expect(linesOf(chunks.map(({ text }) => text).join("")).outcomes).toEqual([
        { path: path("quick-line"), outcome: "present" },
        { path: path("h2-late"), outcome: "made" },
      ]);
      expect(chunks.find(({ text }) => text.includes("quick-line"))?.ms).toBeLessThan(SOURCE_MS);
    });

    it("what has not begun by its deadline has expired, and is not stored", async () => {
      // Five are worked on at once.
      const names = [1, 2, 3, 4, 5, 6].map((n) => `expire-${n}`);
      const { arrivals } = await pushOverSocket(edge.url, SECRET, { ...order(names), deadlineMs: 500 });
      const outcomes = arrivals.slice(1).map(({ line }) => [line.path, line.outcome]);
      expect(Object.fromEntries(outcomes)).toEqual({
        ...Object.fromEntries(names.map((name) => [path(name), "made"])),
        [path("expire-6")]: "expired",
      });
      await dropBucket(edge, "R2_PRIMARY");
      expect((await browse("expire-2")).how).toContain("detail=region");
      expect(asked).not.toContain("/expire-6.jpg");
    });

    it("a client that goes away does not stop what was accepted", async () => {
      const names = ["left-1", "left-2", "left-3", "left-4"];
      const { arrivals } = await pushOverSocket(edge.url, SECRET, order(names), 1);
      expect(arrivals).toHaveLength(1);
      const lines = () => requestLines(log).filter(({ outcome }) => outcome === "made").length;
      const before = lines();
      await until(() => lines() === before + names.length, 10_000);
      await dropBucket(edge, "R2_PRIMARY");
      for (const name of names) expect((await browse(name)).how).toContain("detail=region");
    });

    it("two pushes of one picture ask the source once, and both have it", async () => {
      const pushes = await Promise.all([1, 2].map(() => pushOverSocket(edge.url, SECRET, order(["twice"]))));
      expect(pushes.map(({ arrivals }) => arrivals[1]?.line.outcome)).toEqual(["made", "made"]);
      expect(asked.filter((url) => url === "/twice.jpg")).toHaveLength(1);
    });
  });

  it("when a data centre is moved, hints by data centre, country and region win in its new region", async () => {
    const { signal } = new AbortController();
    const order = { set: "MAD", region: "enam" };
    const door = { path: "/weather", variable: "PURGE_SECRET" };
    await callSigned(order, door, { endpoint: edge.url, secret: SECRET, signal }, ({ weather }) => weather);
    const metrics = async () =>
      await (await fetch(`http://${warmer.metrics.host}:${warmer.metrics.port}/metrics`)).text();
    // The answer to this push tells the warmer of the map.
    hinter.hint({ paths: path("quick-tells"), colo: "MAD" });
    await vi.waitFor(async () => expect(await metrics()).toMatch(/map_version 1$/m), { timeout: 10_000, interval: 50 });
    const isIdle = () => warmer.pushers.every(({ inFlight, waiting }) => inFlight + waiting === 0);
    await until(isIdle, 10_000);
    const hints = [
      ["quick-by-colo", { colo: "MAD" }, 1],
      // Barcelona still reads weur.
      ["quick-by-country", { country: "ES" }, 2],
      ["quick-by-region", { region: "weur" }, 1],
    ] as const;
    for (const [name, place, pushes] of hints) {
      const before = warmer.counts.made;
      hinter.hint({ paths: path(name), ...place });
      await until(() => warmer.counts.made === before + pushes && isIdle(), 10_000);
    }
    await dropBucket(edge, "R2_PRIMARY");
    for (const [name] of hints) expect((await browse(name)).how, name).toContain("detail=region");
    expect(asked.filter((url) => url.startsWith("/quick-by-"))).toHaveLength(3);
    await callSigned({ ...order, region: null }, door, { endpoint: edge.url, secret: SECRET, signal }, (body) => body);
  });

  it("a warmer with another secret pushes nothing", async () => {
    const stranger = await startTestWarmer({
      WARM_REGIONS: `weur=${edge.url}`,
      WARM_SECRET: "not the edge's secret",
      WARM_MAX_AGE_MS: "5000",
    });
    const other = createHinter({ address: `127.0.0.1:${stranger.udp.port}` });
    other.hint({ paths: path("stranger"), region: "weur" });
    await until(() => stranger.counts.failed === 1, 10_000);
    await other.close();
    await stranger.stop();
    expect(asked).not.toContain("/stranger.jpg");
  });
});

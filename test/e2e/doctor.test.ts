/**
 * The doctor against running Workers: one that is right, and set-ups that are broken in the ways in which deployments
 * break. What a zone does stands in a proxy in front of the Worker.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examine } from "../../src/cli/doctor/examine.ts";
import { findingLine } from "../../src/cli/doctor/finding.ts";
import { readSecrets } from "../../src/cli/doctor/secrets.ts";
import { DEFAULT_PICTURE } from "../../src/cli/doctor/tiers.ts";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { jpegOf } from "../support/sources/picture.ts";

const SECRETS = {
  SIGNING_KEYS: "736563726574",
  SIGNING_SALTS: "68656c6c6f",
  WARM_SECRET: "warm secret of this test",
  PURGE_SECRET: "purge secret of this test",
};
const REGIONS = { REGIONS: "enam,weur,apac,oc" };
const LOOPBACK = { ALLOW_LOOPBACK_SOURCES: "true", HTTP_SOURCES: "allow", ...REGIONS };

/** What a zone does with a request before the Worker sees it (null: it answers itself), and with the answer. */
type Zone = {
  readonly path?: (path: string) => string;
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly headers?: Readonly<Record<string, string>>;
};

const page = (status: number, title: string) => (response: ServerResponse) => {
  response.writeHead(status, { "content-type": "text/html" }).end(`<html><title>${title}</title></html>`);
  return true;
};

const ZONES = {
  plain: {},
  normalises: {
    path: (path: string) => path.replace(/\/{2,}/g, "/").replace(/%41/g, "A"),
  },
  hotlink: {
    answer: ({ headers, url = "" }: IncomingMessage, response: ServerResponse) =>
      headers.referer !== undefined && url.endsWith(".png") && page(403, "error code: 1011")(response),
  },
  access: {
    answer: (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(302, { location: "https://team.cloudflareaccess.com/cdn-cgi/access/login/img" }).end();
      return true;
    },
  },
  bots: {
    answer: ({ method }: IncomingMessage, response: ServerResponse) => {
      if (method !== "POST") return false;
      response.setHeader("cf-mitigated", "challenge");
      return page(403, "Just a moment...")(response);
    },
  },
  freePlan: {
    answer: ({ url = "" }: IncomingMessage, response: ServerResponse) =>
      url.includes("cb:doctor") && page(503, "error code: 1102")(response),
  },
  polish: { headers: { "cf-polished": "origSize=1000", "cf-cache-status": "HIT" } },
  noEdge: { headers: { "cache-status": "firstlight; fwd=miss; stored; edge=off" } },
} as const satisfies Readonly<Record<string, Zone>>;

let right: Edge;
let bare: Edge;
let picture: string;
const closing: (() => void)[] = [];

beforeAll(async () => {
  const bytes = await jpegOf({ r: 200, g: 40, b: 40 });
  picture = `${await serve((_, response) => void response.writeHead(200, { "content-type": "image/jpeg" }).end(bytes))}/a.jpg`;
  right = await startEdge({ heavy: false, vars: { ...LOOPBACK, ...SECRETS, ALLOWED_SOURCES: "127.0.0.1" } });
  const others = { SIGNING_KEYS: "aaaa", SIGNING_SALTS: "bbbb" };
  bare = await startEdge({ heavy: false, vars: { ...LOOPBACK, ...others, ALLOWED_SOURCES: "127.0.0.1" } });
}, 120_000);
afterAll(async () => {
  for (const close of closing) close();
  await Promise.all([right?.stop(), bare?.stop()]);
});

async function serve(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The address of a zone in front of the Worker that is right. */
function zoneOf({ path = (text) => text, answer, headers = {} }: Zone): Promise<string> {
  return serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (answer?.(request, response) === true) return;
    const { method = "GET" } = request;
    const passed = Object.entries(request.headers).filter(([name]) =>
      /^(x-firstlight|accept$|content-type)/.test(name),
    );
    const inner = await fetch(right.url + path(request.url ?? ""), {
      ...{ method, headers: Object.fromEntries(passed) as Record<string, string>, redirect: "manual" },
      ...(method === "POST" ? { body: Buffer.concat(chunks) } : {}),
    });
    // fetch has decoded the body, so its coding and length are others now.
    const kept = [...inner.headers].filter(([name]) => !/^content-(encoding|length)$|^transfer-encoding$/.test(name));
    response.writeHead(inner.status, { ...Object.fromEntries(kept), ...headers });
    response.end(Buffer.from(await inner.arrayBuffer()));
  });
}

/** The lines of an examination, and whether nothing is to be fixed. */
async function lines(url: string, env: Readonly<Record<string, string>> = SECRETS, asked = picture) {
  const found: string[] = [];
  const patient = { url, fetch, now: Date.now, ...readSecrets(env) };
  const isWell = await examine({ patient, picture: asked, pause }, (finding) => void found.push(findingLine(finding)));
  return { isWell, fixes: found.filter((line) => line.startsWith("FIX")), all: found.join("\n") };
}

describe("npm run doctor", { timeout: 60_000 }, () => {
  test("a deployment that is right: every tier in turn, nothing to fix", async () => {
    const { isWell, fixes, all } = await lines(right.url);
    expect([isWell, fixes]).toEqual([true, []]);
    for (const line of [
      "ok  signature: ",
      "ok  normalisation: ",
      "ok  hotlink: ",
      "ok  warm: WARM_SECRET is the same here and there",
      "ok  purge: PURGE_SECRET is the same here and there",
      "?   catalogue: the Worker has no CATALOGUE_SECRET, so /catalogue is off",
      "ok  governor: GOVERNOR is bound",
      "ok  queue: MASTERS is bound",
      "ok  weather: ",
      "?   heavy: there is no HEAVY",
      "ok  picture: made from ",
      "ok  edge: the second answer comes from the edge cache",
      "ok  region: a picture pushed to enam comes from the region's store",
      "ok  primary: a picture pushed to weur comes from the primary store",
    ]) {
      expect(all).toContain(line);
    }
  });

  test("without keys it says what would make the rest visible, and that is no fault", async () => {
    const { isWell, all } = await lines(right.url, {});
    expect(isWell).toBe(true);
    expect(all).toContain("?   signature: set SIGNING_KEYS and SIGNING_SALTS");
    expect(all).toContain("?   warm: the Worker has a WARM_SECRET; set it in the environment");
  });

  test("without keys the default picture is not asked for", async () => {
    const { all } = await lines(right.url, {}, DEFAULT_PICTURE);
    expect(all).toContain("?   picture: set SIGNING_KEYS and SIGNING_SALTS, or name a picture that is served unsigned");
  });

  test("without keys a picture of a host that is not allowed is no fault; one that is allowed is made", async () => {
    expect((await lines(bare.url, {}, "https://elsewhere.test/a.jpg")).all).toContain("?   picture: https://elsewhere");
    const { isWell, all } = await lines(bare.url, {});
    expect(all).toContain(`ok  picture: made from ${picture}`);
    expect(all).toContain("?   warm: the Worker has no WARM_SECRET, so /warm is off. To switch it on: npm run edge --");
    expect(isWell).toBe(true);
    const stores = await lines(right.url, { WARM_SECRET: SECRETS.WARM_SECRET });
    expect(stores.fixes).toEqual([]);
    expect(stores.all).toContain("ok  primary: a picture pushed to weur comes from the primary store");
  });

  test("a picture whose source fails: the advice is another picture", async () => {
    const gone = "http://127.0.0.1:9/a.jpg";
    expect((await lines(right.url, SECRETS, gone)).fixes.join()).toMatch(
      /502 source_\w+: try --picture URL of your own$/,
    );
  });

  test.each([
    ["URL normalisation", "normalises", ["normalisation: the zone rewrites addresses"]],
    ["Hotlink Protection", "hotlink", ["hotlink: on other people's pages: Hotlink Protection refused"]],
    ["Access", "access", ["answers: Cloudflare Access shows a log-in page"]],
    ["a bot rule", "bots", ["warm: POST /warm: a bot rule challenges", "purge: POST /purge: a bot rule challenges"]],
    ["the free plan", "freePlan", ["picture: the Worker took more CPU than its plan allows"]],
    ["workers.dev", "noEdge", ["edge: the edge cache is off at this address: use a custom domain"]],
    ["Polish and a cache rule", "polish", ["polish: Polish changes the pictures again", "zone cache: a cache rule"]],
  ] as const)("%s is named", async (_, zone, expected) => {
    const { isWell, fixes } = await lines(await zoneOf(ZONES[zone]));
    expect(isWell).toBe(false);
    for (const line of expected) expect(fixes.join("\n")).toContain(`FIX ${line}`);
  });

  test("other keys, and secrets that are not set, are named", async () => {
    const { fixes } = await lines(bare.url);
    expect(fixes).toEqual([
      expect.stringContaining("FIX signature: the Worker has other keys than this environment"),
      expect.stringContaining("FIX warm: the Worker has no WARM_SECRET: npm run edge -- --var WARM_SECRET=…"),
      expect.stringContaining("FIX purge: the Worker has no PURGE_SECRET"),
      expect.stringContaining("FIX picture: "),
    ]);
  });

  test("other secrets are named", async () => {
    const { fixes } = await lines(right.url, { ...SECRETS, WARM_SECRET: "another", PURGE_SECRET: "another" });
    expect(fixes.join("\n")).toContain("FIX warm: the Worker has another WARM_SECRET than this environment");
    expect(fixes.join("\n")).toContain("FIX purge: the Worker has another PURGE_SECRET than this environment");
  });

  test("nobody there, and somebody who is no Worker of ours", async () => {
    const said = "FIX answers: http://127.0.0.1:9: fetch may not call this port. Is the address right? (bad port)";
    expect((await lines("http://127.0.0.1:9")).fixes).toEqual([said]);
    const stranger = await serve((_, response) => void page(200, "Welcome to nginx")(response));
    expect((await lines(stranger)).fixes).toEqual(["FIX answers: something else answered 200: Welcome to nginx"]);
  });
});

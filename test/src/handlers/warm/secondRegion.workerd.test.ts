import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { warm } from "../../../../src/handlers/warm.ts";
import { readImageRequest, urlOfPath } from "../../../../src/request/readImageRequest.ts";
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../../../src/request/signing/signedBody.ts";
import { namesOf } from "../../../../src/store/renditionStore.ts";
import { r2Tier } from "../../../../src/store/tiers/r2.ts";
import { NOW } from "../../../support/stored.ts";
import { CONFIG, freshSource, jpegOf, worldOf } from "../../../support/world.workerd.ts";

const SECRET = "secret of the warmer";
const MAP = { v: 1, version: 4, colos: { MAD: "enam" } } as const;
const CONFIGURED = { ...CONFIG, warmSecret: SECRET, regionMap: MAP };
const BUCKETS = { weur: env.R2_WEUR, enam: env.R2_ENAM, apac: env.R2_APAC };

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(await jpegOf(80, 60)));
});
afterEach(() => vi.restoreAllMocks());

/** The regions whose bucket has the picture. */
async function regionsWith(path: string, config: typeof CONFIGURED): Promise<readonly string[]> {
  const request = await readImageRequest(urlOfPath("https://img.test", path), "image/webp", config, NOW);
  const { key } = await namesOf(request);
  const found: string[] = [];
  for (const [region, bucket] of Object.entries(BUCKETS)) {
    if ((await r2Tier(bucket, "region", region).get(key)) !== null) found.push(region);
  }
  return found;
}

/** Pushes one new picture, and says in which regions' buckets it is then. */
async function push(fields: object, { accept = "", query = "?wait=1", config = CONFIGURED } = {}) {
  const path = `/_/w:40/plain/${freshSource()}`;
  const { app, caller, job, settled } = worldOf({ config });
  const body = new Uint8Array(
    new TextEncoder().encode(JSON.stringify({ v: 1, region: "weur", paths: [path], ...fields })),
  );
  const time = String(NOW / 1000);
  const headers = { accept, [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(SECRET, "/warm", time, body) };
  const http = new Request(`https://img.test/warm${query}`, { method: "POST", headers, body });
  const answer = await warm(http, app, caller, job);
  const text = typeof answer.body === "string" ? answer.body : await new Response(answer.body as BodyInit).text();
  await settled();
  const found = await regionsWith(path, config);
  return { found, first: JSON.parse(text.split("\n")[0] ?? ""), text };
}

describe("a push", () => {
  test.each([
    ["by the fixed table goes to the region that its moved data centres read, too", {}, ["weur", "enam"]],
    ["by the present map goes where it says, and nowhere else", { regions: 4 }, ["weur"]],
    ["by a newer map too: this isolate has not read it yet", { regions: 5 }, ["weur"]],
    ["by an older map goes to both", { regions: 3 }, ["weur", "enam"]],
    ["for a region that nothing has left", { region: "apac" }, ["apac"]],
  ])("%s", async (_, fields, regions) => {
    expect((await push(fields)).found).toEqual(regions);
  });

  test("two pushes of one picture for two regions ask the source once, and both regions have it", async () => {
    const path = `/_/w:40/plain/${freshSource()}`;
    const { app, caller, job, settled } = worldOf({ config: CONFIGURED });
    const post = async (region: string) => {
      const body = new Uint8Array(
        new TextEncoder().encode(JSON.stringify({ v: 1, region, regions: 4, paths: [path] })),
      );
      const time = String(NOW / 1000);
      const headers = { [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(SECRET, "/warm", time, body) };
      const http = new Request("https://img.test/warm?wait=1", { method: "POST", headers, body });
      return JSON.parse(String((await warm(http, app, caller, job)).body)).results[0].result;
    };
    expect(await Promise.all(["weur", "enam"].map(post))).toEqual(["warmed", "warmed"]);
    await settled();
    expect(await regionsWith(path, CONFIGURED)).toEqual(["weur", "enam"]);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["at once", "", ""],
    ["that waits", "", "?wait=1"],
    ["line by line", "application/x-ndjson", ""],
  ])("an answer %s tells the version of the map, in its first line", async (_, accept, query) => {
    const { first } = await push({}, { accept, query });
    expect(first).toMatchObject({ accepted: 1, refused: [], regions: 4 });
    const off = await push(
      {},
      { accept, query, config: { ...CONFIGURED, regionMap: { v: 1, version: 0, colos: {} } as never } },
    );
    expect(off.first.regions).toBe(0);
    expect(off.found).toEqual(["weur"]);
  });
});

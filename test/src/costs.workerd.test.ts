/**
 * What one request costs, counted on real bindings, against the table that docs/operator/security.md prints, and against
 * what the Worker's own lines say.
 */
import { createExecutionContext, reset, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { COSTS, type CostCase } from "../../.ci/docs/costs.ts";
import { createRouter } from "../../src/app.ts";
import { type IsolateState, newIsolateState } from "../../src/context/isolateState.ts";
import { sourceKeys } from "../../src/store/schema/key.ts";
import type { Trace, Usage } from "../../src/telemetry.ts";
import { slowService } from "../support/brokenService.ts";
import { type Counts, countingBindings, countingCache, newCounts } from "../support/countingBindings.workerd.ts";
import { BINDINGS, jpegOf } from "../support/world.workerd.ts";

const HOST = "https://img.test";
const VARS = { ALLOWED_SOURCES: "pictures.test,listed.test", REGIONS: "enam,weur,apac", LADDER: "40,100,160" };
const realCache = caches.default;

let counts: Counts;
let state: IsolateState;
/** What every source answers; a source under /A/ redirects to another host. */
let answer: () => Promise<Response>;
let isOver = false;
/** What the lines of the Worker have said was used. */
let told: Usage;

beforeEach(async () => {
  await reset();
  [counts, state, isOver, told] = [newCounts(), newIsolateState(), false, {}];
  answer = async () => new Response(await jpegOf(200, 150), { headers: { "cache-control": "max-age=3600" } });
  for (const level of ["log", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((text: string) => {
      const { audience, usage = {} } = JSON.parse(text) as Pick<Trace, "audience" | "usage">;
      // A queue's consumer works whenever it likes.
      if (audience !== "job") told = sumOf(told, usage);
    });
  }
  vi.spyOn(caches, "default", "get").mockImplementation(() => countingCache(realCache, counts));
});
afterEach(() => vi.restoreAllMocks());

async function fetchSource(input: RequestInfo | URL): Promise<Response> {
  counts.fetches++;
  const url = new URL(input instanceof Request ? input.url : input);
  if (!url.pathname.startsWith("/A/")) return answer();
  return new Response(null, { status: 301, headers: { location: "https://listed.test/B.jpg" } });
}

/** Asks, waits for all that goes on behind the answer, and gives the status and what it cost. */
async function ask(path: string, settings: object = {}): Promise<{ status: number; cost: Counts }> {
  await BINDINGS.THUMBS.put("settings", JSON.stringify(settings));
  const isolate = { now: () => Date.now(), fetch: fetchSource as typeof fetch, state };
  const ctx = createExecutionContext();
  const limiter = { limit: async () => ({ success: !isOver }) } as unknown as Env["MISS_LIMIT"];
  const before = { ...counts };
  const all = newCounts();
  const real = { ...BINDINGS, ...VARS, ...farBuckets(), MISS_LIMIT: limiter } as Env;
  const env = countingBindings(countingBindings(real, counts), all, true);
  told = {};
  const response = await createRouter(isolate).fetch(
    new Request(HOST + path, { headers: { accept: "image/webp" } }),
    env,
    ctx,
  );
  await response.arrayBuffer();
  await waitOnExecutionContext(ctx);
  const { kvReads, kvWrites, classB: r2Reads, classA: r2Writes, objectCalls } = all;
  expect({ ...NOTHING, ...told, rowsWritten: 0 }).toEqual({
    kvReads,
    kvWrites,
    r2Reads,
    r2Writes,
    objectCalls,
    rowsWritten: 0,
  });
  const kinds = Object.keys(counts) as (keyof Counts)[];
  const cost = Object.fromEntries(kinds.map((kind) => [kind, counts[kind] - before[kind]])) as Counts;
  return { status: response.status, cost };
}

/** KV is the nearest store, the primary the farthest: the look-up takes the first fresh answer. */
const DISTANCES_MS = { R2_ENAM: 15, R2_WEUR: 15, R2_APAC: 15, R2_PRIMARY: 50 } as const;
function farBuckets(): Partial<Env> {
  const far = Object.entries(DISTANCES_MS).map(([name, ms]) => [
    name,
    slowService(BINDINGS[name as keyof typeof DISTANCES_MS], ms),
  ]);
  return Object.fromEntries(far);
}

const NOTHING = { kvReads: 0, kvWrites: 0, r2Reads: 0, r2Writes: 0, objectCalls: 0 };
function sumOf(a: Usage, b: Usage): Usage {
  const kinds = [...Object.keys(a), ...Object.keys(b)] as (keyof Usage)[];
  return Object.fromEntries(kinds.map((kind) => [kind, (a[kind] ?? 0) + (b[kind] ?? 0)]));
}

const address = (source: string, width: number) => `/photon/${source}?w=${width}&ssl=1`;
const P = "pictures.test/1.jpg";
const keysOf = () => sourceKeys(`https://${P}`);
const otherIsolate = () => {
  state = newIsolateState();
};
/** Deletes all that is stored under a kind of key, in these stores. */
async function drop(bindings: readonly string[], prefix = ""): Promise<void> {
  for (const name of bindings) {
    const store = BINDINGS[name as "THUMBS" | "R2_PRIMARY"];
    const listed = await store.list({ prefix });
    const keys = "keys" in listed ? listed.keys.map((one) => one.name) : listed.objects.map(({ key }) => key);
    for (const key of keys) await store.delete(key);
  }
}
/** The edge forgets: its key has the host's epoch, and another origin is another cache. */
async function withoutEdge<T>(work: () => Promise<T>): Promise<T> {
  const match = vi.spyOn(realCache, "match").mockResolvedValue(undefined);
  try {
    return await work();
  } finally {
    match.mockRestore();
  }
}
const REGIONAL = ["R2_ENAM", "R2_WEUR", "R2_APAC"] as const;
const missing = async () => new Response(null, { status: 404 });

/** Brings about the case and gives the request that is counted. */
const CASES: Readonly<Record<CostCase, readonly [status: number, () => Promise<{ status: number; cost: Counts }>]>> = {
  "refused by policy: 400, 403": [403, () => ask(address("other.test/1.jpg", 40))],
  "taken down: 451": [451, async () => ask(address(P, 40), { blocked: { sources: [(await keysOf()).source32] } })],
  "over its rate, known in this isolate: 429": [
    429,
    async () => {
      isOver = true;
      await ask(address("pictures.test/other.jpg", 40));
      return ask(address(P, 40));
    },
  ],
  "over its rate, the first in an isolate and 10 s: 429": [
    429,
    async () => {
      isOver = true;
      return ask(address(P, 40));
    },
  ],
  "came from what was taken down, stored: 451": [
    451,
    async () => {
      const asked = address("pictures.test/A/1.jpg", 40);
      await ask(asked);
      otherIsolate();
      const { source32 } = await sourceKeys("https://listed.test/B.jpg");
      return ask(asked, { blocked: { sources: [source32] } });
    },
  ],
  "failure remembered, known in this isolate": [
    404,
    async () => {
      answer = missing;
      await ask(address(P, 40));
      await ask(address(P, 40));
      return ask(address(P, 40));
    },
  ],
  "failure remembered, the first for a size in an isolate and 10 s": [
    404,
    async () => {
      answer = missing;
      await ask(address(P, 40));
      otherIsolate();
      return ask(address(P, 40));
    },
  ],
  "hit at the edge": [
    200,
    async () => {
      await ask(address(P, 40));
      return ask(address(P, 40));
    },
  ],
  "hit in KV": [
    200,
    async () => {
      await ask(address(P, 40));
      await withoutEdge(() => ask(address(P, 40)));
      await drop([...REGIONAL, "R2_PRIMARY"]);
      return withoutEdge(() => ask(address(P, 40)));
    },
  ],
  "hit in the region": [
    200,
    async () => {
      await ask(address(P, 40));
      return withoutEdge(() => ask(address(P, 40)));
    },
  ],
  "hit in the primary": [
    200,
    async () => {
      await ask(address(P, 40));
      await drop(REGIONAL);
      return withoutEdge(() => ask(address(P, 40)));
    },
  ],
  "derived from a larger size": [
    200,
    async () => {
      await ask(address(P, 160));
      return ask(address(P, 40));
    },
  ],
  "made from the kept original": [
    200,
    async () => {
      await ask(address(P, 40));
      return ask(address(P, 160));
    },
  ],
  "made from the source": [200, () => ask(address(P, 40))],
  "made from a source whose host has a rule, a lone miss": [
    200,
    () => ask(address(P, 40), { politeness: { "pictures.test": { concurrency: 2 } } }),
  ],
  "failed at the source, nothing stored": [
    404,
    async () => {
      answer = missing;
      return ask(address(P, 40));
    },
  ],
};

describe("what a request costs", () => {
  test.each(Object.entries(CASES))("%s", async (name, [status, play]) => {
    const { status: got, cost } = await play();
    expect({ status: got, cost }).toEqual({ status, cost: COSTS[name as CostCase] });
  });

  test("no refusal costs a write, a listing, an object call or a fetch", () => {
    for (const [name, cost] of Object.entries(COSTS)) {
      if (!/4\d\d|known in this isolate/.test(name) || name.includes("first")) continue;
      expect([name, cost.kvWrites, cost.classA, cost.objectCalls, cost.fetches]).toEqual([name, 0, 0, 0, 0]);
    }
  });
});

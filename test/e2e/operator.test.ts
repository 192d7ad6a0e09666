/**
 * Dollars of `npm run operator` beside operations that decorators on the bindings have counted. The Worker is the one that
 * is built, the points are those of its log, and the two APIs are stand-ins.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dollarsOf, type Operations, QUEUE_OPERATIONS } from "../../src/catalogue/prices.ts";
import { pointsIn } from "../../src/cli/operator/collected.ts";
import type { Report } from "../../src/cli/operator/report/report.ts";
import { SETTINGS_KEY } from "../../src/live/settingsCache.ts";
import type { TimedPoint } from "../support/analytics.ts";
import { ACCOUNT, sampleOf, startAnalyticsServer, TOKEN } from "../support/analyticsServer.ts";
import { type BindingCounts, type CountedEdge, startCountedEdge } from "../support/countedEdge.ts";
import { signedPush } from "../support/push.ts";
import { choices } from "../support/seeded.ts";
import { jpegOf } from "../support/sources/picture.ts";
import { until } from "../support/warmer.ts";

const SECRET = "a secret of the test";
const CPU_US = { firstlight: 9_000_000, "firstlight-heavy": 1_000_000 };
const REQUESTS = 300;
const AT_ONCE = 4;
const GOVERNED = 15;
/** A deployment has more requests than a test can send: the points of the run are there so often, and one in ten is kept. */
const REPEATS = 500;
const ONE_IN = 10;
const LONG_MS = 540_000;

let edge: CountedEdge;
let source: Server;
let counts: BindingCounts;
const log: string[] = [];

describe.runIf(process.env.FIRSTLIGHT_LONG === "1")("dollars", { timeout: LONG_MS }, () => {
  beforeAll(async () => {
    const picture = await jpegOf({ r: 200, g: 90, b: 40 });
    source = createServer((request, response) => {
      const status = request.url?.startsWith("/missing") ? 404 : 200;
      const seconds = request.url?.startsWith("/brief") ? 1 : 86_400;
      response.writeHead(status, { "cache-control": `max-age=${seconds}` }).end(picture);
    });
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    edge = await startCountedEdge(
      {
        ...{
          ALLOW_LOOPBACK_SOURCES: "true",
          ALLOWED_SOURCES: "127.0.0.1,localhost",
          WARM_SECRET: SECRET,
          MIN_FRESH: "1",
        },
        ...{ SOURCE_TIMEOUT_MS: "60000", QUEUE_MS: "60000" },
      },
      (text) => log.push(text),
    );
    const kv = await edge.miniflare.getKVNamespace("THUMBS", "firstlight");
    await kv.put(SETTINGS_KEY, JSON.stringify({ politeness: { localhost: { concurrency: 64 } } }));
    await traffic();
    counts = await settled();
  }, LONG_MS);
  afterAll(async () => {
    await edge?.stop();
    source?.close();
  });

  /** Readers of four places who look at popular and rare pictures, at some that fail, and a few pushes. */
  async function traffic(): Promise<void> {
    const base = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
    const { below, pick, chance } = choices(20);
    const path = (name: string, width: number) => `/_/rs:fit:${width}:${width}/plain/${base}/${name}.jpg`;
    const names = ["popular", "popular", "popular", "rare", "brief", "missing"] as const;
    const orders = Array.from({ length: REQUESTS }, (_, at) => {
      const name = pick(names);
      const which = { popular: below(12), rare: below(100), brief: below(8), missing: below(12) }[name];
      return { path: path(`${name}-${which}`, pick([160, 320, 640])), colo: pick(["MAD", "FRA", "JFK", "NRT"]), at };
    });
    const reader = async () => {
      for (let order = orders.pop(); order !== undefined; order = orders.pop()) {
        const headers = { accept: "image/webp", "x-firstlight-colo": order.colo };
        await (await fetch(edge.url + order.path, { headers })).arrayBuffer();
        if (chance(0.05)) {
          const paths = [0, 1, 2].map((more) => path(`pushed-${order.at}-${more}`, 320));
          const push = await signedPush(SECRET, { region: "weur", paths });
          await (await fetch(`${edge.url}/warm`, { method: "POST", ...push })).arrayBuffer();
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, reader));
    // A host with a governor.
    for (let at = 0; at < GOVERNED; at++) {
      const governed = path(`governed-${at}`, 320).replace("127.0.0.1", "localhost");
      const answer = await fetch(edge.url + governed, { headers: { accept: "image/webp" } });
      await answer.arrayBuffer();
      expect(answer.status).toBe(200);
    }
  }

  /** The counts, once the queue is empty, nothing goes on behind an answer and every line has come. */
  async function settled(): Promise<BindingCounts> {
    let last = await edge.counts();
    for (;;) {
      await new Promise((wake) => setTimeout(wake, 6_000));
      const now = await edge.counts();
      if (now.pending === 0 && now.settled >= now.sent && now.points === last.points) break;
      last = now;
    }
    await until(() => points().length >= last.points, 10_000);
    return edge.counts();
  }

  const points = (): readonly TimedPoint[] => log.flatMap(pointsIn);

  /** What decorators have counted, by item of the bill. */
  const truth = (): Readonly<Record<string, Operations>> => ({
    requests: { workerRequest: counts.requests },
    cpu: { cpuMs: (CPU_US.firstlight + CPU_US["firstlight-heavy"]) / 1_000 },
    kv: { kvRead: counts.kvReads, kvWrite: counts.kvWrites },
    r2: { r2Read: counts.r2Reads, r2Write: counts.r2Writes },
    objects: { objectRequest: counts.objectCalls, objectRowWritten: counts.governorRows },
    queues: { queueOperation: counts.settled * QUEUE_OPERATIONS },
  });

  async function report(given: readonly TimedPoint[], cpuUs: typeof CPU_US): Promise<Report> {
    await using server = await startAnalyticsServer({ points: () => given, cpuUs });
    const args = ["src/cli/operator.ts", "--endpoint", edge.url, "--account", ACCOUNT, "--json", "--hours", "1"];
    const child = spawn(process.execPath, args, { env: { ...server.env, PATH: process.env.PATH ?? "" } });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    await once(child, "close");
    expect([child.exitCode, err]).toEqual([0, ""]);
    expect(out).not.toContain(TOKEN);
    return JSON.parse(out) as Report;
  }

  /** The largest difference of an item, and that of the sum, as shares of the truth. */
  function differences({ dollars, views }: Report, times: number) {
    const items = Object.entries(truth()).map(([name, operations]) => {
      const told = ((dollars.find((one) => one.name === name)?.perMillion ?? 0) * views) / 1e6;
      return { name, told, real: dollarsOf(operations) * (name === "cpu" ? 1 : times) };
    });
    const sum = (of: "told" | "real") => items.reduce((total, item) => total + item[of], 0);
    return {
      sum: Math.abs(sum("told") / sum("real") - 1),
      worst: Math.max(...items.map(({ told, real }) => Math.abs(told / real - 1))),
      items,
    };
  }

  test("every point was written that the log has, and every item was used", () => {
    expect(points()).toHaveLength(counts.points);
    expect(counts.settled).toBe(counts.sent);
    // A master is ordered for few pictures.
    const least = { kvReads: 10, kvWrites: 10, r2Reads: 10, r2Writes: 10, objectCalls: 10, governorRows: 10, sent: 1 };
    for (const [name, most] of Object.entries(least))
      expect([name, counts[name as keyof typeof least] >= most]).toEqual([name, true]);
  });

  test("agree within 2 % with what was counted on the bindings, item by item", async () => {
    const made = await report(points(), CPU_US);
    const { sum, worst, items } = differences(made, 1);
    console.log(JSON.stringify({ points: counts.points, sum, worst, items }));
    expect(made).toMatchObject({ sampling: 1, cpuMissing: null });
    expect(sum).toBeLessThan(0.02);
    expect(worst).toBeLessThan(0.02);
  });

  test.each([1, 2, 3])("agree within 5 % when one point in ten is kept (sample %i)", async (seed) => {
    const repeated = Array.from({ length: REPEATS }, points).flat();
    const made = await report(sampleOf(repeated, ONE_IN, seed), CPU_US);
    const { sum, worst, items } = differences(made, REPEATS);
    console.log(JSON.stringify({ seed, sum, worst, items }));
    expect(made.sampling).toBe(ONE_IN);
    expect(sum).toBeLessThan(0.05);
  });
});

describe.runIf(process.env.FIRSTLIGHT_LONG === "1")("npm run operator", { timeout: LONG_MS }, () => {
  test("serves its page on this machine, under its names only, and never shows the token", async () => {
    await using server = await startAnalyticsServer({ points: () => [], cpuUs: CPU_US });
    const args = ["src/cli/operator.ts", "--endpoint", "http://127.0.0.1:9", "--account", ACCOUNT, "--port", "0"];
    const child = spawn(process.execPath, args, { env: { ...server.env, PATH: process.env.PATH ?? "" } });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    try {
      const ready = () => /ready (http:\/\/127\.0\.0\.1:\d+)\/operator/.exec(said)?.[1] ?? "";
      await until(() => ready() !== "", 60_000);
      const url = ready();
      const statusOf = async (path: string, host: string) => {
        const { hostname, port } = new URL(url);
        const asked = request({ hostname, port, path, headers: { host } }).end();
        const [answer] = (await once(asked, "response")) as [IncomingMessage];
        answer.resume();
        return answer.statusCode;
      };
      const own = new URL(url).host;
      for (const path of ["/operator", "/operator/report.json", "/page/operator.js", "/page/operator.css"])
        expect([path, await statusOf(path, own), await statusOf(path, "evil.test")]).toEqual([path, 200, 403]);
      expect([await statusOf("/", own), await statusOf("/page/other.js", own)]).toEqual([302, 404]);
      const page = await (await fetch(`${url}/operator`)).text();
      expect(page).toContain("http://127.0.0.1:9 does not answer.");
      expect([page.includes(TOKEN), said.includes(TOKEN)]).toEqual([false, false]);
    } finally {
      child.kill("SIGTERM");
      await once(child, "close");
    }
  });
});

/** Four isolates on workerd, the real governor object, and a source on real sockets that counts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAuthority } from "../../../../support/sources/authority.ts";
import { type CountingSource, startCounting } from "../../../../support/sources/counting.ts";
import { type Fetcher, type JobOptions, startFetcher } from "../../../../support/sources/fetcher.ts";
import type { Outcome } from "../../../../support/sources/job.ts";

const HOSTS = ["polite.test", "hop.test", "learnt.test", "victim.test"];
const POLITENESS = { "polite.test": { concurrency: 2, perSecond: 10, bytesPerSecond: 3_125_000 } };
const BODY_BYTES = 200_000;
const ISOLATES = ["a", "b", "c", "d"];

let source: CountingSource;
let fetcher: Fetcher;
/** Refusals of the source by path. */
let refusals: Readonly<Record<string, { readonly status: number; readonly headers?: Record<string, string> }>> = {};

beforeAll(async () => {
  const body = new Uint8Array(BODY_BYTES).fill(7);
  const refuse = (path: string) => refusals[path] ?? null;
  [source, fetcher] = await Promise.all([
    startCounting({ body, firstByteMs: 20, refuse }),
    startFetcher(createAuthority().root),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([source?.close(), fetcher?.stop()]);
});
beforeEach(() => {
  refusals = {};
  source.reset();
});

const get = (url: string, options: JobOptions = {}): Promise<Outcome> => {
  const names = Object.fromEntries(HOSTS.map((host) => [host, { http: source.port, https: 1 }]));
  const config = { httpSources: "allow", ...options.config } as const;
  return fetcher.run(url, { names, politeness: POLITENESS, ...options, config });
};

test("readers, pushes and a job of four isolates keep to the rule, and use it", async () => {
  const asked = ISOLATES.flatMap((memory, i) =>
    (["user", "user", "user", "user", "user", "warm", "job"] as const)
      .slice(0, i === 0 ? 7 : 6)
      .map((kind, n) => get(`http://polite.test/${memory}${n}.jpg`, { memory, kind, config: { queueMs: 30_000 } })),
  );
  const outcomes = await Promise.all(asked);
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(25);
  expect(source.started).toBe(25);
  expect(source.mostAtOnce).toBeLessThanOrEqual(2);
  // A busy machine delays some starts on their way. demand.test.ts counts in whole seconds, without a network.
  expect(source.startsIn(850)).toBeLessThanOrEqual(10);
  expect(source.bytesIn(10_000)).toBeLessThanOrEqual(31_250_000);
  const calls = outcomes.reduce((sum, { governorCalls }) => sum + governorCalls, 0);
  // Each isolate's first and last calls carry little; test/src/origin/governor/client/demand.test.ts has the exact figure.
  expect(calls / 25).toBeLessThanOrEqual(2);
});

test("a redirect to a host with a rule takes its grant too", async () => {
  const location = `http://polite.test/target.jpg`;
  refusals = Object.fromEntries(ISOLATES.map((memory) => [`/${memory}`, { status: 302, headers: { location } }]));
  const outcomes = await Promise.all(ISOLATES.map((memory) => get(`http://hop.test/${memory}`, { memory })));
  expect(outcomes.map(({ ok, governorCalls }) => [ok, governorCalls > 0])).toEqual(ISOLATES.map(() => [true, true]));
  expect(source.paths.filter((path) => path === "/target.jpg")).toHaveLength(4);
});

describe("a host without a rule", () => {
  test("a refusal behind a redirect teaches nothing: whoever redirects chooses the paths", async () => {
    const location = "http://victim.test/refused.jpg";
    refusals = {
      "/to-victim": { status: 302, headers: { location } },
      "/refused.jpg": { status: 429, headers: { "retry-after": "60" } },
    };
    const outcome = await get("http://hop.test/to-victim", { memory: "g" });
    expect(outcome).toMatchObject({ ok: false, reason: "source_refused", governorCalls: 0 });
    expect(await get("http://victim.test/1.jpg", { memory: "g" })).toMatchObject({ ok: true, governorCalls: 0 });
  });

  test("costs no call until it refuses; then every isolate leaves it alone for as long as it asks", async () => {
    const at = (path: string, memory: string) => get(`http://learnt.test/${path}`, { memory, sharing: true });
    expect(await at("1.jpg", "e")).toMatchObject({ ok: true, governorCalls: 0 });
    refusals = { "/refused.jpg": { status: 429, headers: { "retry-after": "2" } } };
    expect(await at("refused.jpg", "e")).toMatchObject({ ok: false, reason: "source_refused" });
    const [refusedAt, before] = [performance.now(), source.started];
    // Another isolate reads what the first one has written down behind its answer.
    await new Promise((done) => setTimeout(done, 300));
    const both = await Promise.all([at("2.jpg", "e"), at("3.jpg", "f").then(() => at("4.jpg", "f"))]);
    expect(both.map(({ ok, governorCalls }) => [ok, governorCalls > 0])).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(source.started).toBe(before + 3);
    expect(performance.now() - refusedAt).toBeGreaterThan(1_900);
  });
});

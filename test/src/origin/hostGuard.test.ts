/** Breaker and slots around real exchanges in workerd, and between memories that stand for isolates. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { isHostFailure } from "../../../src/origin/hostGuard.ts";
import { createAuthority } from "../../support/sources/authority.ts";
import { type Fetcher, type JobOptions, startFetcher } from "../../support/sources/fetcher.ts";
import type { Outcome } from "../../support/sources/job.ts";
import { jpegOf } from "../../support/sources/picture.ts";
import { type SourceServer, startSource } from "../../support/sources/server.ts";

const authority = createAuthority();
let source: SourceServer;
let fetcher: Fetcher;

beforeAll(async () => {
  const picture = await jpegOf({ r: 90, g: 90, b: 90 });
  [source, fetcher] = await Promise.all([startSource({ picture, authority }), startFetcher(authority.root)]);
}, 60_000);
afterAll(async () => {
  await Promise.all([source?.close(), fetcher?.stop()]);
});
beforeEach(() => {
  source.seen.length = 0;
});

const reasonOf = (outcome: Outcome) => (outcome.ok ? "ok" : outcome.reason);

/** Asks paths of a host that is new to everybody, one after another, in one memory. */
function client(options: JobOptions = {}, host = `${crypto.randomUUID()}.test`) {
  const names = { [host]: { http: source.http, https: source.https } };
  const memory = crypto.randomUUID();
  return {
    host,
    get: (path: string, more: JobOptions = {}) =>
      fetcher.run(`https://${host}/${path}`, { names, memory, ...options, ...more }),
  };
}

async function failTenTimes({ get }: ReturnType<typeof client>, path = "status/503") {
  for (let i = 0; i < 10; i++) await get(`${path}?n=${i % 5}`);
}

describe("the breaker", () => {
  test("ten failures over five sources, then nobody waits: under 5 ms and nothing is asked", async () => {
    const one = client();
    await failTenTimes(one);
    expect(source.seen).toHaveLength(10);
    const outcomes: Outcome[] = [];
    for (let i = 0; i < 21; i++) outcomes.push(await one.get(`picture.jpg?n=${i}`));
    expect(outcomes.map(reasonOf)).toEqual(Array(21).fill("source_breaker_open"));
    expect(outcomes.every(({ asked }) => asked.length === 0)).toBe(true);
    // The median: a busy machine may stop any one of them.
    expect(outcomes.map(({ ms }) => ms).sort((a, b) => a - b)[10]).toBeLessThan(5);
    expect(source.seen).toHaveLength(10);
  });

  test.each(["status/404", "status/403", "status/204", "cut-html", "html"])(
    "%s says nothing against the host",
    async (path) => {
      const one = client();
      await failTenTimes(one, path);
      expect(reasonOf(await one.get("picture.jpg"))).toBe("ok");
    },
  );

  test("429 with Retry-After: the refusals permit the wait on", async () => {
    const one = client();
    for (let i = 0; i < 10; i++) await one.get(`status/429?after=77&n=${i}`);
    expect(await one.get("picture.jpg")).toMatchObject({ reason: "source_breaker_open", facts: { retryAfter: 77 } });
  });

  test("time-outs count, also in the middle of a body", async () => {
    const one = client({ config: { sourceTimeoutMs: 100 } });
    await Promise.all(Array.from({ length: 5 }, (_, i) => one.get(`silent-body?n=${i}`)));
    await Promise.all(Array.from({ length: 5 }, (_, i) => one.get(`silent-headers?n=${i}`)));
    expect(reasonOf(await one.get("picture.jpg"))).toBe("source_breaker_open");
  });

  test("what the caller ended itself does not", async () => {
    const one = client({ abortAfterMs: 20 });
    await Promise.all(Array.from({ length: 8 }, (_, i) => one.get(`silent-headers?n=${i}`)));
    await Promise.all(Array.from({ length: 8 }, (_, i) => one.get(`silent-headers?m=${i}`)));
    expect(reasonOf(await one.get("picture.jpg", { abortAfterMs: null }))).toBe("ok");
  });

  test("the host that failed is the one left alone, not the one that led there", async () => {
    const bad = client();
    await failTenTimes(bad);
    const names = Object.fromEntries(
      [bad.host, "good.test"].map((host) => [host, { http: source.http, https: source.https }]),
    );
    const good = client({ names }, "good.test");
    const memory = crypto.randomUUID();
    for (let i = 0; i < 10; i++) {
      const away = `to?n=${i}&url=${encodeURIComponent(`https://${bad.host}/status/500?n=${i}`)}`;
      await good.get(away, { memory });
    }
    expect(reasonOf(await good.get("picture.jpg", { memory }))).toBe("ok");
    expect(
      reasonOf(await good.get(`to?url=${encodeURIComponent(`https://${bad.host}/picture.jpg`)}`, { memory })),
    ).toBe("source_breaker_open");
  });

  test("another isolate hears of it, and only of changes", async () => {
    const one = client({ sharing: true });
    await failTenTimes(one);
    const other = client({ sharing: true }, one.host);
    // The first look is in the background: one request may still go out.
    await other.get("many/1");
    expect(reasonOf(await other.get("many/2"))).toBe("source_breaker_open");
    const alone = client({}, one.host);
    expect([reasonOf(await alone.get("many/1")), reasonOf(await alone.get("many/2"))]).toEqual(["ok", "ok"]);
  });
});

describe("slots", () => {
  test("forty pictures of one host at once: all come, eight at a time", async () => {
    const one = client();
    const started = Date.now();
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => one.get(`late/100?n=${i}`)));
    expect(outcomes.map(reasonOf)).toEqual(Array(40).fill("ok"));
    // Five rounds of 100 ms; without a limit it would be one.
    expect(Date.now() - started).toBeGreaterThanOrEqual(490);
    expect(source.seen).toHaveLength(40);
  });

  test("waiting for a turn is not the source's time", async () => {
    const one = client({ config: { sourceTimeoutMs: 1_500 } });
    // Three rounds of 700 ms: longer than the time a source has, which is twice what one of them takes.
    const outcomes = await Promise.all(Array.from({ length: 24 }, (_, i) => one.get(`late/700?n=${i}`)));
    expect(outcomes.map(reasonOf)).toEqual(Array(24).fill("ok"));
  });

  test("too long a wait is ours to answer for: 503, not the source's 504", async () => {
    const one = client({ config: { queueMs: 200, sourceTimeoutMs: 1_000 } });
    const outcomes = await Promise.all(Array.from({ length: 9 }, (_, i) => one.get(`silent-headers?n=${i}`)));
    const counts = Object.groupBy(outcomes.map(reasonOf), (reason) => reason);
    expect([counts.source_timeout?.length, counts.queue_full?.length]).toEqual([8, 1]);
  });
});

test.each([
  ["source_unreachable", {}, true],
  ["source_tls", {}, true],
  ["source_timeout", { limit: 1 }, true],
  ["source_failed", { value: 499 }, false],
  ["source_failed", { value: 500 }, true],
  ["source_failed", { value: 599 }, true],
  ["source_failed", { value: 206 }, false],
  ["source_refused", { value: 429 }, true],
  ["source_refused", { value: 403 }, false],
  ["source_missing", { value: 404 }, false],
  ["source_broken", {}, false],
  ["source_too_many_bytes", { limit: 1 }, false],
] as const)("%s %o counts against the host: %s", (reason, facts, expected) => {
  expect(isHostFailure(new Failure(reason, facts))).toBe(expected);
});

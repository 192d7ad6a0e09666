/** Breaker and slots around real exchanges in workerd, and between memories that stand for isolates. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { hostEvidence } from "../../../src/origin/hostGuard.ts";
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

/** Enough to open the breaker of a host: as many failures as weigh 10, over five sources. */
async function fail({ get }: ReturnType<typeof client>, path = "status/503", times = 20) {
  for (let i = 0; i < times; i++) await get(`${path}?n=${i % 5}`);
}

describe("the breaker", () => {
  test("twenty server errors over five sources, then nobody waits: under 5 ms and nothing is asked", async () => {
    const one = client();
    await fail(one);
    expect(source.seen).toHaveLength(20);
    const outcomes: Outcome[] = [];
    for (let i = 0; i < 21; i++) outcomes.push(await one.get(`picture.jpg?n=${i}`));
    expect(outcomes.map(reasonOf)).toEqual(Array(21).fill("source_breaker_open"));
    expect(outcomes.every(({ asked }) => asked.length === 0)).toBe(true);
    // The median: a busy machine may stop any one of them.
    expect(outcomes.map(({ ms }) => ms).sort((a, b) => a - b)[10]).toBeLessThan(5);
    expect(source.seen).toHaveLength(20);
  });

  test.each(["status/404", "status/403", "status/204", "cut-html", "html"])(
    "%s says nothing against the host",
    async (path) => {
      const one = client();
      await fail(one, path);
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
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 3 }, (_, i) => one.get(`silent-body?n=${round}${i}`)));
      await Promise.all(Array.from({ length: 3 }, (_, i) => one.get(`silent-headers?n=${round}${i}`)));
    }
    expect(reasonOf(await one.get("picture.jpg"))).toBe("source_breaker_open");
  });

  test("what the caller ended itself does not", async () => {
    const one = client({ abortAfterMs: 20 });
    await Promise.all(Array.from({ length: 8 }, (_, i) => one.get(`silent-headers?n=${i}`)));
    await Promise.all(Array.from({ length: 8 }, (_, i) => one.get(`silent-headers?m=${i}`)));
    expect(reasonOf(await one.get("picture.jpg", { abortAfterMs: null }))).toBe("ok");
  });

  test("a success lately holds it closed, whatever paths fail", async () => {
    const one = client();
    expect(reasonOf(await one.get("picture.jpg"))).toBe("ok");
    await fail(one, "status/500", 40);
    expect(reasonOf(await one.get("many/after"))).toBe("ok");
  });

  test("what fails behind a redirect counts neither against the target nor against who redirects", async () => {
    const target = client();
    const names = Object.fromEntries(
      [target.host, "leads.test"].map((host) => [host, { http: source.http, https: source.https }]),
    );
    const leads = client({ names }, "leads.test");
    const memory = crypto.randomUUID();
    const away = (path: string) => `to?url=${encodeURIComponent(`https://${target.host}/${path}`)}`;
    for (let i = 0; i < 40; i++) await leads.get(`${away(`status/500?n=${i}`)}&n=${i}`, { memory });
    expect(reasonOf(await leads.get("picture.jpg", { memory }))).toBe("ok");
    expect(reasonOf(await target.get("picture.jpg", { names, memory }))).toBe("ok");
  });

  test("a redirect on the same host is that host's own", async () => {
    const one = client();
    for (let i = 0; i < 20; i++) await one.get(`to?n=${i}&url=${encodeURIComponent(`/status/500?n=${i}`)}`);
    expect(reasonOf(await one.get("picture.jpg"))).toBe("source_breaker_open");
  });

  test("a redirect to a host that is left alone is refused", async () => {
    const target = client();
    const names = Object.fromEntries(
      [target.host, "leads.test"].map((host) => [host, { http: source.http, https: source.https }]),
    );
    const memory = crypto.randomUUID();
    for (let i = 0; i < 20; i++) await target.get(`status/503?n=${i}`, { names, memory });
    const away = `to?url=${encodeURIComponent(`https://${target.host}/picture.jpg`)}`;
    expect(reasonOf(await client({ names }, "leads.test").get(away, { memory }))).toBe("source_breaker_open");
  });

  test("another isolate hears of it, and only of changes", async () => {
    const one = client({ sharing: true });
    for (let i = 0; i < 10; i++) await one.get(`reset?n=${i}`);
    const other = client({ sharing: true }, one.host);
    // The first look is in the background: one request may still go out.
    await other.get("many/1");
    expect(reasonOf(await other.get("many/2"))).toBe("source_breaker_open");
    const alone = client({}, one.host);
    expect([reasonOf(await alone.get("many/1")), reasonOf(await alone.get("many/2"))]).toEqual(["ok", "ok"]);
  });
});

describe("slots", () => {
  /** Hosts that all answer at the source's ports. */
  const named = (...hosts: string[]) =>
    Object.fromEntries(hosts.map((host) => [host, { http: source.http, https: source.https }]));

  test("hanging requests are left soon while others wait, and the message says why", async () => {
    const one = client({ config: { sourceTimeoutMs: 5_000 } });
    await one.get("picture.jpg");
    const hanging = Promise.all(Array.from({ length: 8 }, (_, i) => one.get(`silent-headers?n=${i}`)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const waiting = await one.get("many/waiting");
    expect(reasonOf(waiting)).toBe("ok");
    expect(waiting.ms).toBeLessThan(4_000);
    // Whoever hangs on once nobody waits any more has all the time.
    expect(await hanging).toContainEqual(
      expect.objectContaining({
        reason: "source_timeout",
        facts: { limit: 2_000, stage: "to its first byte, and others wait" },
      }),
    );
  });

  test("hanging alone has all the time there is", async () => {
    const one = client({ config: { sourceTimeoutMs: 3_500 } });
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => one.get(`silent-headers?n=${i}`)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ facts: { limit: 3_500, stage: "in all" } });
  });

  test("what hangs behind a redirect takes no slot of the target", async () => {
    const target = client();
    const names = named(target.host, "evil.test");
    const memory = crypto.randomUUID();
    const evil = client({ names, memory, config: { sourceTimeoutMs: 3_000 } }, "evil.test");
    const away = (i: number) => `to?url=${encodeURIComponent(`https://${target.host}/silent-headers?n=${i}`)}`;
    const hanging = Promise.all(Array.from({ length: 8 }, (_, i) => evil.get(`${away(i)}&n=${i}`)));
    await expect.poll(() => source.seen.filter(({ path }) => path.startsWith("/silent")).length).toBe(8);
    const pictures = await Promise.all(Array.from({ length: 8 }, (_, i) => target.get(`many/${i}`, { names, memory })));
    expect(pictures.map(reasonOf)).toEqual(Array(8).fill("ok"));
    expect(Math.max(...pictures.map(({ ms }) => ms))).toBeLessThan(1_500);
    await hanging;
  });

  test("a body that drips is left while others wait for its slot", async () => {
    const one = client({ config: { sourceTimeoutMs: 5_000 } });
    const dripping = Promise.all(Array.from({ length: 8 }, (_, i) => one.get(`drip?n=${i}`)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const waiting = await one.get("many/waiting");
    expect([reasonOf(waiting), waiting.ms < 4_000]).toEqual(["ok", true]);
    expect((await dripping).find(({ ok }) => !ok)).toMatchObject({ facts: { limit: 2_000 } });
  });

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
  ["source_unreachable", {}, "hard", 1],
  ["source_tls", {}, "hard", 1],
  ["source_timeout", { limit: 1 }, "soft", 0.5],
  ["source_failed", { value: 499 }, undefined, undefined],
  ["source_failed", { value: 500 }, "soft", 0.5],
  ["source_failed", { value: 599 }, "soft", 0.5],
  ["source_failed", { value: 206 }, undefined, undefined],
  ["source_refused", { value: 429 }, "soft", 1],
  ["source_refused", { value: 403 }, undefined, undefined],
  ["source_missing", { value: 404 }, undefined, undefined],
  ["source_broken", {}, undefined, undefined],
  ["source_too_many_bytes", { limit: 1 }, undefined, undefined],
] as const)("%s %o is evidence against the host: %s, weight %s", (reason, facts, health, weight) => {
  const evidence = hostEvidence(new Failure(reason, facts));
  expect([evidence?.health, evidence?.weight]).toEqual([health, weight]);
});

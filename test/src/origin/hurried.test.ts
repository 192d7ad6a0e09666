/** What a source's failure is worth when only our own hurry has ended it. On a made-up clock. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { keepSeconds } from "../../../src/keepFailure.ts";
import { fetchSource, type SourceDeps } from "../../../src/origin/fetch.ts";
import { HostGuard } from "../../../src/origin/hostGuard.ts";
import { CONCURRENCY } from "../../../src/origin/hostSlots.ts";
import { HttpsMemory } from "../../../src/origin/https.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** So many exchanges with a silent host that has one slot; what became of the first. */
async function firstOf(count: number) {
  const deps: SourceDeps = {
    config: parseConfig({ ALLOWED_SOURCES: "a.test" }),
    fetch: () => new Promise(() => {}),
    now: () => Date.now(),
    httpsMemory: new HttpsMemory(),
    hostGuard: new HostGuard({ concurrency: { ...CONCURRENCY, perHost: 1 } }),
    hostStore: null,
    later: () => {},
  };
  const order = { authority: "list", ownHost: "img.test" } as const;
  const ended = Array.from({ length: count }, (_, i) =>
    fetchSource(`https://a.test/${i}.jpg`, order, deps).then(
      () => null,
      (error: unknown) => ({ error, at: Date.now() }),
    ),
  );
  await vi.advanceTimersByTimeAsync(60_000);
  return ended[0];
}

test("a time-out of its own is the source's", async () => {
  const ended = await firstOf(1);
  expect(ended?.error).toMatchObject({ reason: "source_timeout", keeping: { until: Number.POSITIVE_INFINITY } });
});

test("one because others waited is nobody's: no cache keeps it", async () => {
  const ended = await firstOf(2);
  expect(keepSeconds({ reason: "source_timeout", facts: {} })).toBeGreaterThan(0);
  expect(ended?.error).toMatchObject({
    reason: "source_timeout",
    facts: { stage: "to its first byte, and others wait" },
    keeping: { remembered: false, until: ended?.at },
  });
});

import { expect, test } from "vitest";
import { Counts, OUTCOMES } from "../../../warmer/observe/counts.ts";
import { createRegistry } from "../../../warmer/observe/metrics.ts";

function make() {
  const counts = new Counts();
  const map = { version: 4, fetched: 2, failed: 1 };
  const registry = createRegistry({ counts, pushers: [], evicted: () => 7, map, knownSenders: () => 3, port: () => 0 });
  return { counts, read: async () => (await registry.metrics()).split("\n") };
}

test("counters have their values at the scrape; a second scrape does not add them again", async () => {
  const { counts, read } = make();
  counts.received = 5;
  counts.reject("json");
  counts.settle("refused", "blocked");
  for (const lines of [await read(), await read()]) {
    expect(lines).toContain("firstlight_warmer_received_total 6");
    expect(lines).toContain('firstlight_warmer_rejected_total{reason="json"} 1');
    expect(lines).toContain('firstlight_warmer_refused_total{reason="blocked"} 1');
    expect(lines).toContain("firstlight_warmer_evicted_total 7");
    expect(lines).toContain("firstlight_warmer_known_senders 3");
  }
});

test("histograms: each bucket counts the values up to its bound, in seconds", async () => {
  const { counts, read } = make();
  for (const age of [0, 1, 50, 51, 5_000]) counts.ageAtPush.observe(age);
  const lines = (await read()).filter((line) => line.startsWith("firstlight_warmer_age_seconds"));
  expect(lines).toContain('firstlight_warmer_age_seconds_bucket{le="0.001"} 2');
  expect(lines).toContain('firstlight_warmer_age_seconds_bucket{le="0.05"} 3');
  expect(lines).toContain('firstlight_warmer_age_seconds_bucket{le="0.075"} 4');
  expect(lines).toContain('firstlight_warmer_age_seconds_bucket{le="1"} 4');
  expect(lines).toContain('firstlight_warmer_age_seconds_bucket{le="+Inf"} 5');
  expect(lines).toContain("firstlight_warmer_age_seconds_count 5");
  expect(lines).toContain("firstlight_warmer_age_seconds_sum 5.102");
});

test("every outcome is exported", async () => {
  const { counts, read } = make();
  for (const [n, outcome] of OUTCOMES.entries()) counts[outcome] = 100 + n;
  for (const reason of ["rejected", "refused", "failedAtEdge"] as const) counts[reason] = 0;
  counts.reject("json");
  counts.settle("refused", "blocked");
  counts.settle("failedAtEdge", "source_404");
  const lines = await read();
  const names: Record<(typeof OUTCOMES)[number], string> = {
    rejected: 'rejected_total{reason="json"}',
    oldAtReceipt: "old_at_receipt_total",
    future: "future_total",
    duplicate: "duplicate_total",
    oldAtPush: "old_at_push_total",
    overflow: "overflow_total",
    regionDown: "region_down_total",
    failed: "failed_total",
    refused: 'outcome_total{outcome="refused",reason="blocked"}',
    made: 'outcome_total{outcome="made",reason=""}',
    present: 'outcome_total{outcome="present",reason=""}',
    expired: 'outcome_total{outcome="expired",reason=""}',
    failedAtEdge: 'outcome_total{outcome="failed",reason="source_404"}',
    unknown: 'outcome_total{outcome="unknown",reason=""}',
  };
  for (const [outcome, name] of Object.entries(names)) {
    expect(lines).toContain(`firstlight_warmer_${name} ${counts[outcome as (typeof OUTCOMES)[number]]}`);
  }
});

test("the edge's reasons make at most 33 labels", async () => {
  const { counts, read } = make();
  for (let n = 0; n < 1_000; n++) counts.settle("refused", `reason_${n}`);
  const lines = (await read()).filter((line) => line.startsWith("firstlight_warmer_refused_total{"));
  expect(lines).toHaveLength(33);
  expect(lines).toContain('firstlight_warmer_refused_total{reason="other"} 968');
});

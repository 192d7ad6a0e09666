import { expect, test } from "vitest";
import { Counts, OUTCOMES } from "../../../warmer/observe/counts.ts";
import { createRegistry } from "../../../warmer/observe/metrics.ts";

function make() {
  const counts = new Counts();
  const registry = createRegistry({ counts, pushers: [], evicted: () => 7, knownSenders: () => 3, port: () => 0 });
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
  OUTCOMES.forEach((outcome, n) => {
    counts[outcome] = 100 + n;
  });
  const text = (await read()).join("\n");
  for (const [n, outcome] of OUTCOMES.entries()) {
    // Rejected and refused hints are exported by reason.
    if (outcome !== "rejected" && outcome !== "refused") expect(text).toMatch(new RegExp(`_total ${100 + n}$`, "m"));
  }
});

test("the edge's reasons make at most 33 labels", async () => {
  const { counts, read } = make();
  for (let n = 0; n < 1_000; n++) counts.settle("refused", `reason_${n}`);
  const lines = (await read()).filter((line) => line.startsWith("firstlight_warmer_refused_total{"));
  expect(lines).toHaveLength(33);
  expect(lines).toContain('firstlight_warmer_refused_total{reason="other"} 968');
});

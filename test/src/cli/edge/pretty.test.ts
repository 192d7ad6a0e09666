import { describe, expect, it } from "vitest";
import { MinuteSummary, prettyLine } from "../../../../src/cli/edge/pretty.ts";
import { newTrace, type Trace } from "../../../../src/telemetry.ts";

const READ = {
  ...newTrace("reader", "weur", "MAD"),
  ...{ time: "2026-11-28T12:34:56.789Z", door: "photon", status: 200, hit: "edge", sourceHost: "images.test" },
  ...{ format: "webp", stages: { total: 3.4 } },
};
const text = (over: Partial<Trace>) => prettyLine(JSON.stringify({ ...READ, ...over }));

describe("a line for people", () => {
  it.each([
    ["a hit", {}, "12:34:56 reader 200 edge 3 ms photon images.test weur webp"],
    ["a miss", { hit: null }, "12:34:56 reader 200 miss 3 ms photon images.test weur webp"],
    [
      "an error",
      { hit: null, reason: "source_missing", status: 404, format: "", failure: "answered 404" } as const,
      "12:34:56 reader 404 source_missing 3 ms photon images.test weur (answered 404)",
    ],
    [
      "a fault of ours",
      { hit: null, reason: "internal", status: 500, format: "", level: "error" } as const,
      "12:34:56 ERROR reader 500 internal 3 ms photon images.test weur",
    ],
    [
      "work behind an answer",
      { audience: "background", hit: null, door: "behind", format: "" } as const,
      "12:34:56 background 200 3 ms behind images.test weur",
    ],
    [
      "a hint",
      { audience: "warm", outcome: "made", hit: null } as const,
      "12:34:56 warm 200 made miss 3 ms photon images.test weur webp",
    ],
    [
      "a job whose AVIF is kept",
      { audience: "job", hit: null, door: "avif", format: "", stored: true } as const,
      "12:34:56 job 200 miss 3 ms avif images.test weur stored",
    ],
    [
      "a job whose AVIF is not smaller",
      { audience: "job", hit: null, door: "avif", format: "" } as const,
      "12:34:56 job 200 miss 3 ms avif images.test weur not stored",
    ],
  ])("%s", (_, over, line) => expect(text(over)).toBe(line));
  it("what was used behind an answer", () => {
    const line = { msg: "usage", time: READ.time, audience: "background", usage: { kvWrites: 1, r2Writes: 5 } };
    expect(prettyLine(JSON.stringify(line))).toBe("12:34:56 background used kvWrites 1, r2Writes 5");
  });
  it("leaves what is not the Worker's own as it is", () => {
    expect(prettyLine("workerd says a request failed")).toBe("workerd says a request failed");
  });
});

describe("the summary of a minute", () => {
  it("is one line about readers, and begins anew", () => {
    const summary = new MinuteSummary();
    summary.add(JSON.stringify(READ));
    summary.add(JSON.stringify({ ...READ, audience: "warm" }));
    const line =
      "-- 1 reader request, hit ratio 100.0 % (0 derived, 0 missed), p50 3 ms, p95 3 ms, 0 source fetches, no errors";
    expect(summary.take()).toEqual([line]);
    expect(summary.take()).toEqual([]);
  });
  it("says what became of hints since the start", () => {
    const summary = new MinuteSummary();
    const hint = { ...READ, audience: "warm", outcome: "made", source: "00aa", variant: "w:1#2" };
    summary.add(JSON.stringify(hint));
    expect(summary.take()[1]).toMatch(/^-- 1 hint for sampled sources .*, 1 too new to say$/);
    summary.add(JSON.stringify({ ...hint, audience: "reader", outcome: "" }));
    expect(summary.take()[1]).toMatch(/^-- 1 hint for sampled sources .*: 1 read,/);
  });
});

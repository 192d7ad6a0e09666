import { describe, expect, it } from "vitest";
import type { Arrival } from "../../../../demo/page/script/cards.ts";
import { provenanceOf } from "../../../../demo/page/script/provenance.ts";
import { bytesLine, loadOf, summaryLine } from "../../../../demo/page/script/summary.ts";
import type { Kind } from "../../../../demo/page/stores.ts";

const arrival = (kind: Kind, ms: number | null, bytes: number, more: Partial<Arrival> = {}): Arrival => ({
  provenance: { ...provenanceOf([]), kind, ms },
  ...{ bytes, originalBytes: 3_000_000, downloadMs: 50, withheld: false, broken: false },
  ...more,
});
const lineOf = (arrivals: readonly Arrival[], direct = false) =>
  summaryLine(arrivals, loadOf(arrivals, "Madrid", direct));

describe("summaryLine", () => {
  it("gives bytes and the median of all pictures", () => {
    expect(lineOf([arrival("edge", 4, 40_000), arrival("kv", 8, 60_000)])).toBe(
      "All 2 pictures are drawn: 6.0\u00a0MB became 0.10\u00a0MB. The median time was 6.0\u00a0ms.",
    );
  });
  it("leaves out what came if the browser does not know one size", () => {
    expect(bytesLine([arrival("edge", 4, 0), arrival("edge", 4, 60_000)], false)).toBe("6.0\u00a0MB");
  });
  it("takes the time of downloads without Server-Timing", () => {
    expect(loadOf([arrival("unknown", null, 9, { withheld: true })], "Madrid", false).medianMs).toBe(50);
  });
  it("counts broken pictures of a page without Firstlight, and no bytes of them", () => {
    const arrivals = [
      arrival("unknown", null, 2_000_000),
      arrival("unknown", null, 0, { broken: true, downloadMs: 0 }),
    ];
    expect(loadOf(arrivals, "Madrid", true)).toMatchObject({ broken: 1, counts: { unknown: 1 }, medianMs: 50 });
    expect(lineOf(arrivals, true)).toBe("1 of 2 pictures are broken: 2.0\u00a0MB. The median time was 50\u00a0ms.");
  });
  it("has no median of nothing", () => {
    expect(lineOf([arrival("unknown", null, 0, { broken: true, downloadMs: 0 })], true)).toBe(
      "1 of 1 pictures are broken: 0.00\u00a0MB.",
    );
  });
});

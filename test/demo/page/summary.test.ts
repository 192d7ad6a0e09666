import { describe, expect, it } from "vitest";
import { type Kind, provenanceOf } from "../../../demo/page/provenance.ts";
import { summaryLine } from "../../../demo/page/summary.ts";

const arrival = (kind: Kind, ms: number | null, bytes: number) => ({
  provenance: { ...provenanceOf([]), kind, ms },
  bytes,
  originalBytes: 3_000_000,
});

describe("summaryLine", () => {
  it("gives bytes and times of all pictures", () => {
    expect(summaryLine([arrival("edge", 4, 40_000), arrival("kv", 8, 60_000)])).toBe(
      "All 2 pictures are drawn: 0.1 MB instead of the originals' 6.0 MB. Half of them took the Worker 6.0\u00a0ms at most.",
    );
  });
  it("leaves out sizes if the browser does not know one", () => {
    expect(summaryLine([arrival("edge", 4, 0), arrival("edge", 4, 60_000)])).toBe(
      "All 2 pictures are drawn. Half of them took the Worker 4.0\u00a0ms at most.",
    );
  });
  it("leaves out times without Server-Timing", () => {
    expect(summaryLine([arrival("unknown", null, 0)])).toBe("All 1 pictures are drawn.");
  });
});

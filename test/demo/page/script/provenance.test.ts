import { describe, expect, it } from "vitest";
import {
  kindOf,
  median,
  megabytes,
  milliseconds,
  provenanceOf,
  quantile,
  sentence,
} from "../../../../demo/page/script/provenance.ts";

const KIND_ROWS = [
  ["firstlight; hit; ttl=30; detail=edge", "edge"],
  ["firstlight; hit; detail=kv", "kv"],
  ["firstlight; hit; ttl=30; detail=region", "region"],
  ["firstlight; hit; ttl=30; detail=primary", "primary"],
  ["firstlight; hit; detail=derived", "derived"],
  ["firstlight; hit; ttl=-5; detail=stale-if-error", "stale-if-error"],
  ["firstlight; fwd=miss; fwd-status=200; stored", "source"],
  ["firstlight; hit", "unknown"],
  ["firstlight; hit; detail=toString", "unknown"],
  ["", "unknown"],
] as const;

describe("kindOf", () => {
  it.each(KIND_ROWS)("reads %j as %s", (cacheStatus, kind) => {
    expect(kindOf(cacheStatus)).toBe(kind);
  });
});

describe("provenanceOf", () => {
  it("reads the total, the stages and the repeated Cache-Status", () => {
    const entry = (name: string, duration: number, description = "") => ({ name, duration, description });
    const timing = [
      entry("origin", 12),
      entry("decode", 4.5),
      entry("total", 20),
      entry("answer", 0, "firstlight; hit; detail=kv"),
    ];
    expect(provenanceOf(timing)).toEqual({
      kind: "kv",
      ms: 20,
      stages: [
        { name: "origin", ms: 12 },
        { name: "decode", ms: 4.5 },
      ],
      cacheStatus: "firstlight; hit; detail=kv",
    });
  });
  it("gives unknown when there are no entries", () => {
    expect(provenanceOf([])).toEqual({ kind: "unknown", ms: null, stages: [], cacheStatus: "" });
  });
});

describe("sentence", () => {
  const reader = { city: "Madrid", region: "weur" };
  it.each([
    ["edge", 12, false, "edge cache in Madrid, 12\u00a0ms"],
    ["region", 12, false, "European store, 12\u00a0ms"],
    ["region", 12, true, "source is dead; served from the European store, 12\u00a0ms"],
    ["source", null, false, "source, just now"],
    ["source", 5, true, "source, just now, 5.0\u00a0ms"],
    ["unknown", 12, false, "12\u00a0ms"],
    ["unknown", null, false, "download took 34\u00a0ms"],
    ["unknown", null, true, "source is dead; download took 34\u00a0ms"],
  ] as const)("%s and %j, dead %s: %s", (kind, ms, dead, text) => {
    expect(sentence({ kind, ms }, reader, { downloadMs: 34, dead })).toBe(text);
  });
});

describe("figures", () => {
  it.each([
    [[], null],
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ] as const)("the median of %j is %j", (values, middle) => expect(median(values)).toBe(middle));
  it.each([
    [0, 0],
    [0.95, 95],
    [0.955, 95.5],
    [1, 100],
  ] as const)("of 0 to 100 the quantile at %d is %d", (share, value) => {
    expect(
      quantile(
        Array.from({ length: 101 }, (_, i) => 100 - i),
        share,
      ),
    ).toBeCloseTo(value, 9);
  });
  it.each([
    [0.04, "0.0\u00a0ms"],
    [9.94, "9.9\u00a0ms"],
    [10, "10\u00a0ms"],
    [412.6, "413\u00a0ms"],
  ] as const)("%d reads %s", (ms, text) => expect(milliseconds(ms)).toBe(text));
  it.each([
    [345_678, "0.35\u00a0MB"],
    [1_000_000, "1.0\u00a0MB"],
    [33_020_000, "33.0\u00a0MB"],
  ] as const)("%d bytes read %s", (bytes, text) => expect(megabytes(bytes)).toBe(text));
});

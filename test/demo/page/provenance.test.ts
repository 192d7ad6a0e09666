import { describe, expect, it } from "vitest";
import { kindOf, median, milliseconds, provenanceOf, sentence } from "../../../demo/page/provenance.ts";

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
  it.each([
    ["edge", 12, "the edge cache, 12\u00a0ms"],
    ["region", 12, "the regional store (weur), 12\u00a0ms"],
    ["source", null, "the source, just now"],
    ["unknown", 12, "12\u00a0ms"],
    ["unknown", null, "–"],
  ] as const)("%s and %j: %s", (kind, ms, text) => expect(sentence({ kind, ms }, "weur")).toBe(text));
});

describe("median and milliseconds", () => {
  it.each([
    [[], null],
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ] as const)("the median of %j is %j", (values, middle) => expect(median(values)).toBe(middle));
  it.each([
    [0.04, "0.0\u00a0ms"],
    [9.94, "9.9\u00a0ms"],
    [10, "10\u00a0ms"],
    [412.6, "413\u00a0ms"],
  ] as const)("%d reads %s", (ms, text) => expect(milliseconds(ms)).toBe(text));
});

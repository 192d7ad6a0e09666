import { describe, expect, test } from "vitest";
import { type How, howOf, outcomeOf, tally } from "../../../bench/race/figures/outcome.ts";
import { cacheStatus } from "../../../src/respond/traceHeaders.ts";
import { newTrace } from "../../../src/telemetry.ts";

describe("from Cache-Status", () => {
  const rows: readonly (readonly [string, How])[] = [
    ["firstlight; hit; ttl=86398; detail=region", "region"],
    ["firstlight; hit; detail=primary", "primary"],
    ["firstlight; hit; ttl=5; detail=edge", "edge"],
    ["firstlight; hit; detail=derived; edge=off", "derived"],
    ["firstlight; fwd=miss; fwd-status=200; stored", "fetched"],
    ["firstlight; fwd=miss; fwd-status=200; collapsed", "joined"],
    ["firstlight; fwd=miss", "joined"],
    ["firstlight; fwd=miss; fwd-status=404", "failed"],
    ["firstlight; fwd=bypass", "failed"],
    ["firstlight; hit; detail=stale-if-error", "failed"],
    ["", "failed"],
  ];
  for (const [text, how] of rows) test(text, () => expect(howOf(text)).toBe(how));

  test("the Worker's own texts are read", () => {
    const trace = newTrace("reader", "apac", "SIN", "ray");
    trace.door = "imgproxy";
    trace.sourceStatus = 200;
    expect(howOf(cacheStatus(trace))).toBe("fetched");
    trace.collapsed = true;
    expect(howOf(cacheStatus(trace))).toBe("joined");
    trace.hit = "region";
    trace.ttl = 60;
    expect(howOf(cacheStatus(trace))).toBe("region");
  });
});

describe("of a hint", () => {
  test("a copy in the primary is a push's work only where nobody had the picture before", () => {
    expect(outcomeOf("primary", "primary")).toBe("lost");
    expect(outcomeOf("primary", "nowhere")).toBe("won");
  });
  test("what waits for work under way has joined", () => expect(outcomeOf("joined", "nowhere")).toBe("joined"));
  test("a fetch of one's own is lost", () => expect(outcomeOf("fetched", "nowhere")).toBe("lost"));
  for (const near of ["edge", "kv", "region"] as const)
    test(`${near} wins`, () => expect(outcomeOf(near, "primary")).toBe("won"));
});

test("the tally adds up, and useless are the pictures that were made for nobody", () => {
  const counted = tally(["region", "region", "joined", "primary", "fetched"], "primary", 4);
  expect(counted).toEqual({ hinted: 5, won: 2, joined: 1, lost: 2, useless: 1 });
  expect(tally(["region"], "primary", 0).useless).toBe(0);
});

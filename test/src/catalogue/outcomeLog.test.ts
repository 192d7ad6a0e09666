/** The log and its projection: an outcome reads as written, a reader misses nothing, a status is dead or it is not. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../src/catalogue/outcome.ts";
import {
  firstPass,
  isNews,
  logKey,
  logPrefix,
  logText,
  nextPass,
  readCursor,
  readLog,
} from "../../../src/catalogue/outcomeLog.ts";
import {
  byShard,
  PROJECTION_LOOK_UP,
  PROJECTION_SCHEMA,
  PROJECTION_SHARDS,
  PROJECTION_UPSERT,
  projectionRows,
  shardOfId,
} from "../../../src/catalogue/projection.ts";
import { isDead, STATUS_NAMES, statusOf } from "../../../src/catalogue/status.ts";
import { outcome } from "../../support/catalogue.ts";

describe("log", () => {
  const whole = outcome({
    original: {
      ...{ width: 4000, height: 3000, format: "jpeg", bytes: 2_000_000, camera: "Canon EOS", exposure: 0.01 },
      ...{ aperture: 2.8, iso: 100, focalLength: 50, takenAt: "2014-01-01T00:00:00", location: [51.5, -0.1] },
    },
  });
  const nothing = outcome({ status: "failed", reason: "source_timeout", rendition: null, variant: null, format: null });

  test("reads as written", () => {
    expect(readLog(logText([whole, nothing]))).toEqual([whole, nothing]);
  });

  test.each<[string, Partial<Record<keyof Outcome, unknown>>]>([
    ["status", { status: "lost" }],
    ["colour", { colour: "red" }],
    ["orientation", { orientation: 9 }],
    ["original", { original: { width: 0 } }],
    ["attempts", { attempts: undefined }],
  ])("a wrong %s is refused by name", (name, wrong) => {
    expect(() => readLog(JSON.stringify({ ...whole, ...wrong }))).toThrow(name);
  });

  test("chunks of a host lie below its prefix, in order", () => {
    const host16 = "0123456789abcdef";
    const keys = [logKey("r", host16, 0, 9_990), logKey("r", host16, 1, 0), logKey("r", host16, 1, 100)];
    expect(keys.toSorted()).toEqual(keys);
    expect(keys.every((key) => key.startsWith(logPrefix("r", host16)))).toBe(true);
  });

  test("what was uploaded while a pass ran is news to the next", () => {
    const first = firstPass("r", 1_000_000);
    expect(isNews(first, 0)).toBe(true);
    const second = nextPass({ ...first, after: "x" }, 2_000_000);
    expect(second.after).toBe("");
    expect(isNews(second, 1_000_001)).toBe(true);
    expect(isNews(second, 900_000)).toBe(false);
    expect(readCursor(JSON.stringify(second))).toEqual(second);
  });
});

describe("projection", () => {
  test("every identifier has one of the shards, and all shards are used evenly", () => {
    const counts = new Array(PROJECTION_SHARDS).fill(0);
    for (let i = 0; i < 16_000; i++) counts[shardOfId(`photo-${i}`)]++;
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });

  test("the latest outcome stays, in whatever order they come", () => {
    const db = new DatabaseSync(":memory:");
    db.exec(PROJECTION_SCHEMA);
    const upsert = db.prepare(PROJECTION_UPSERT);
    const old = outcome({ id: "a", checkedAt: 1, status: "failed" });
    const late = outcome({ id: "a", checkedAt: 2, status: "stored" });
    for (const order of [[old, late], [late, old], [late], [old]]) upsert.run(projectionRows(order));
    expect(db.prepare(PROJECTION_LOOK_UP).get("a")).toMatchObject({ id: "a", status: "stored", checked_at: 2 });
    expect(db.prepare("SELECT count(*) AS n FROM picture").get()).toEqual({ n: 1 });
  });

  test("a chunk is divided without loss", () => {
    const all = Array.from({ length: 100 }, (_, i) => outcome({ id: `${i}` }));
    const parts = [...byShard(all)].flatMap(([shard, some]) => {
      expect(some.every(({ id }) => shardOfId(id) === shard)).toBe(true);
      return some;
    });
    expect(parts.map(({ id }) => id).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  });
});

test("dead are the pictures that are not there, and no others", () => {
  expect(STATUS_NAMES.filter(isDead)).toEqual(["not-found", "gone", "placeholder", "html", "one-pixel", "wrong-kind"]);
  expect(statusOf("source_missing", 404)).toBe("not-found");
  expect(statusOf("source_missing", 410)).toBe("gone");
  expect(statusOf("source_timeout", null)).toBe("again");
});

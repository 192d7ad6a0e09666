import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openInvocation } from "../../../src/context/invocation.ts";
import { Meter } from "../../../src/context/meter.ts";
import { POINT_BLOBS, POINT_DOUBLES, type Point } from "../../../src/record.ts";
import { newTrace } from "../../../src/telemetry.ts";

const NOW = Date.UTC(2026, 10, 28);
let lines: unknown[];
let points: Point[];
const events = { writeDataPoint: (point: Point) => void points.push(point) };

beforeEach(() => {
  [lines, points] = [[], []];
  vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(JSON.parse(text)));
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

function open(late = new Meter()) {
  const works: Promise<unknown>[] = [];
  const invocation = openInvocation({ waitUntil: (work) => void works.push(work) }, late, () => NOW);
  return { ...invocation, works };
}
const trace = newTrace("reader", "weur", "MAD", "a-ray");

test("what is used behind the answer is written when the last work has ended, also work that work brings", async () => {
  const { meter, waitUntil, end, works } = open();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  waitUntil(
    first.promise.then(() => {
      meter.count("r2Writes");
      waitUntil(second.promise.then(() => meter.count("kvWrites", 2)));
    }),
  );
  end(trace, events);
  first.resolve();
  await works[0];
  expect(lines).toEqual([]);
  second.resolve();
  await works[1];
  const usage = { r2Writes: 1, kvWrites: 2 };
  const time = "2026-11-28T00:00:00.000Z";
  expect(lines).toEqual([
    { msg: "usage", time, level: "info", ray: "a-ray", audience: "background", region: "weur", colo: "MAD", usage },
  ]);
  const [point] = points;
  expect(point?.doubles[POINT_DOUBLES.indexOf("kvWrites")]).toBe(2);
  expect(point?.doubles[POINT_DOUBLES.indexOf("r2Writes")]).toBe(1);
  expect(point?.blobs[POINT_BLOBS.indexOf("door")]).toBe("usage");
  expect(point?.blobs[POINT_BLOBS.indexOf("audience")]).toBe("background");
});

test("work that fails ends too; of a push it is the push's", async () => {
  const { meter, waitUntil, end, works } = open();
  waitUntil(
    Promise.reject(new Error("gone")).finally(() => {
      meter.count("kvReads");
    }),
  );
  end(newTrace("warm", "weur", "MAD"), events);
  await works[0];
  expect(lines).toMatchObject([{ msg: "usage", audience: "warm", usage: { kvReads: 1 } }]);
});

test("a hit at the edge uses nothing and writes nothing", () => {
  const { meter, end } = open();
  expect(meter.take()).toBeUndefined();
  end(trace, events);
  expect([lines, points]).toEqual([[], []]);
});

test("what a request without a line used is in the next line of the isolate", () => {
  const late = new Meter();
  const [health, reader] = [open(late), open(late)];
  health.meter.count("kvReads");
  health.end(null, events);
  expect(lines).toEqual([]);
  expect(reader.meter.take()).toEqual({ kvReads: 1 });
});

test("a sink that throws harms nobody", () => {
  const { meter, end } = open();
  meter.count("kvReads");
  const broken = () => {
    throw new Error("quota");
  };
  expect(() => end(trace, { writeDataPoint: broken })).not.toThrow();
});

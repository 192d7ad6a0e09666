import { expect, test } from "vitest";
import { CircuitBreaker } from "../../../warmer/push/circuitBreaker.ts";

const make = () => new CircuitBreaker({ failures: 3, pauseMs: 100, longestPauseMs: 350 });

function fail(breaker: CircuitBreaker, ...times: readonly number[]): void {
  for (const now of times) breaker.failed(now);
}

test("closed until enough failures in a row", () => {
  const breaker = make();
  fail(breaker, 0, 0);
  expect(breaker.state(0)).toBe("closed");
  breaker.failed(0);
  expect(breaker.state(0)).toBe("open");
});
test("a success resets the count", () => {
  const breaker = make();
  fail(breaker, 0, 0);
  breaker.succeeded();
  fail(breaker, 0, 0);
  expect(breaker.state(0)).toBe("closed");
});
test("open for the pause, then half-open", () => {
  const breaker = make();
  fail(breaker, 0, 0, 0);
  expect([breaker.state(99), breaker.state(100)]).toEqual(["open", "half-open"]);
});
test("later failures of requests in flight do not lengthen the pause", () => {
  const breaker = make();
  fail(breaker, 0, 0, 0, 50, 99);
  expect(breaker.state(100)).toBe("half-open");
});
test("each failed trial doubles the pause, up to the longest", () => {
  const breaker = make();
  fail(breaker, 0, 0, 0, 100);
  expect([breaker.state(299), breaker.state(300)]).toEqual(["open", "half-open"]);
  fail(breaker, 300);
  expect([breaker.state(649), breaker.state(650)]).toEqual(["open", "half-open"]);
});
test("a successful trial closes it, and the next pause is the first one again", () => {
  const breaker = make();
  fail(breaker, 0, 0, 0, 100);
  breaker.succeeded();
  expect(breaker.state(300)).toBe("closed");
  fail(breaker, 400, 400, 400);
  expect([breaker.state(499), breaker.state(500)]).toEqual(["open", "half-open"]);
});
test("trip opens it at once; a later failure does not lengthen the pause", () => {
  const breaker = make();
  breaker.trip(0);
  breaker.trip(50);
  expect([breaker.state(99), breaker.state(100)]).toEqual(["open", "half-open"]);
});
test("allowTrial ends the pause of a trip once, but does not close it", () => {
  const breaker = make();
  breaker.trip(0);
  breaker.allowTrial(10);
  expect(breaker.state(10)).toBe("half-open");
  breaker.failed(10);
  breaker.allowTrial(20);
  expect([breaker.state(20), breaker.state(209), breaker.state(210)]).toEqual(["open", "open", "half-open"]);
  breaker.succeeded();
  breaker.allowTrial(211);
  expect(breaker.state(211)).toBe("closed");
});
test("allowTrial changes nothing if requests failed", () => {
  const breaker = make();
  fail(breaker, 0, 0, 0);
  breaker.allowTrial(10);
  expect([breaker.state(99), breaker.state(100)]).toEqual(["open", "half-open"]);
});

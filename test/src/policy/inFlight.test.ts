import { expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { InFlight } from "../../../src/policy/inFlight.ts";

test("so many at once and not one more, each client for itself", () => {
  const inFlight = new InFlight();
  const leave = inFlight.enter("a", 2);
  inFlight.enter("a", 2);
  expect(() => inFlight.enter("a", 2)).toThrow(new Failure("in_flight_limited", { limit: 2, retryAfter: 1 }));
  inFlight.enter("b", 2);
  leave();
  inFlight.enter("a", 2);
  expect(() => inFlight.enter("a", 2)).toThrow(Failure);
});

test("what is left twice counts once, and nothing stays behind", () => {
  const inFlight = new InFlight();
  const [one, two] = [inFlight.enter("a", 9), inFlight.enter("a", 9)];
  one();
  one();
  expect(() => inFlight.enter("a", 1)).toThrow(Failure);
  two();
  expect(inFlight.size).toBe(0);
});

test("0 is no limit and takes no memory", () => {
  const inFlight = new InFlight();
  for (let i = 0; i < 100; i++) inFlight.enter("a", 0);
  expect(inFlight.size).toBe(0);
});

import { expect, test } from "vitest";
import { Urgency } from "../../../src/concurrency/priority.ts";

test("rises once, and tells who asked to be told and still wants to", () => {
  const urgency = new Urgency("warm");
  const told: string[] = [];
  urgency.onRaise(() => told.push("a"));
  urgency.onRaise(() => told.push("b"))();
  urgency.raise();
  urgency.raise();
  expect([urgency.priority, told]).toEqual(["user", ["a"]]);
});

test("a user's cannot rise", () => {
  const urgency = new Urgency("user");
  urgency.onRaise(() => expect.unreachable())();
  urgency.raise();
  expect(urgency.priority).toBe("user");
});

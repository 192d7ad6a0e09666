import { expect, test } from "vitest";
import { Priority } from "../../../src/concurrency/priority.ts";

test("rises once, and tells who asked to be told and still wants to", () => {
  const priority = new Priority("warm");
  const told: string[] = [];
  priority.onPromote(() => told.push("a"));
  priority.onPromote(() => told.push("b"))();
  priority.promote();
  priority.promote();
  expect([priority.priority, told]).toEqual(["user", ["a"]]);
});

test("a user's cannot rise", () => {
  const priority = new Priority("user");
  priority.onPromote(() => expect.unreachable())();
  priority.promote();
  expect(priority.priority).toBe("user");
});

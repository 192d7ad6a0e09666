import { expect, test } from "vitest";
import { PRIORITY_LEVELS, Priority } from "../../../src/concurrency/priority.ts";

test("rises once, and tells who asked to be told and still wants to", () => {
  const priority = new Priority("warm");
  const told: string[] = [];
  priority.onPromote(() => told.push("a"));
  priority.onPromote(() => told.push("b"))();
  priority.promote();
  priority.promote();
  expect([priority.priority, told]).toEqual(["user", ["a"]]);
});

test("a job's rises step by step, and tells at each step", () => {
  const priority = new Priority("job");
  let told = 0;
  priority.onPromote(() => told++);
  const seen = (["job", "warm", "job", "user", "warm"] as const).map((to) => {
    priority.promote(to);
    return [priority.priority, priority.rank, told];
  });
  expect(seen).toEqual([
    ["job", 2, 0],
    ["warm", 1, 1],
    ["warm", 1, 1],
    ["user", 0, 2],
    ["user", 0, 2],
  ]);
});

test.each(PRIORITY_LEVELS)("a user's cannot rise: %s", (to) => {
  const priority = new Priority("user");
  priority.onPromote(() => expect.unreachable())();
  priority.promote(to);
  expect(priority.priority).toBe("user");
});

import { expect, it } from "vitest";
import { BoundedMap } from "../../../src/concurrency/boundedMap.ts";

it("holds up to its capacity; then the oldest goes", () => {
  const map = new BoundedMap<string, number>(2);
  for (const [i, key] of ["a", "b", "c"].entries()) map.set(key, i);
  expect([map.size, map.get("a"), map.get("b"), map.get("c")]).toEqual([2, undefined, 1, 2]);
});

it("a key set again takes no room", () => {
  const map = new BoundedMap<string, number>(2);
  for (const key of ["a", "b", "b", "b"]) map.set(key, 1);
  expect([map.size, map.get("a")]).toEqual([2, 1]);
  map.clear();
  expect([map.size, map.get("a")]).toEqual([0, undefined]);
});

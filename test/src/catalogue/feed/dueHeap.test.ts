import { expect, test } from "vitest";
import { DueHeap } from "../../../../src/catalogue/feed/dueHeap.ts";
import { seeded } from "../../../support/seeded.ts";

test("a key is due at its time, and not a millisecond before", () => {
  const heap = new DueHeap();
  heap.set("a", 10);
  expect([heap.next, heap.take(9), heap.take(10), heap.take(10), heap.next]).toEqual([
    10,
    null,
    "a",
    null,
    Number.POSITIVE_INFINITY,
  ]);
});

test("a key that was moved is due at its new time alone", () => {
  const heap = new DueHeap();
  heap.set("a", 10);
  heap.set("a", 20);
  heap.set("b", 30);
  heap.set("b", 15);
  heap.set("c", 5);
  heap.set("c", Number.POSITIVE_INFINITY);
  heap.set("d", 1);
  heap.delete("d");
  expect([heap.take(99), heap.take(99), heap.take(99)]).toEqual(["b", "a", null]);
});

test("keys come in the order of their times, as from a sorted list", () => {
  const random = seeded(7);
  const heap = new DueHeap();
  const times = new Map<string, number>();
  for (let i = 0; i < 2_000; i++) {
    const key = `${Math.floor(random() * 300)}`;
    const at = Math.floor(random() * 1_000);
    heap.set(key, at);
    times.set(key, at);
  }
  const taken: number[] = [];
  for (let key = heap.take(1_000); key !== null; key = heap.take(1_000)) taken.push(times.get(key) ?? -1);
  expect(taken).toEqual([...times.values()].toSorted((a, b) => a - b));
});

import { describe, expect, it } from "vitest";
import { MemoryBudget } from "../../../src/concurrency/memoryBudget.ts";
import { MemoryReservation } from "../../../src/concurrency/memoryReservation.ts";
import { Priority } from "../../../src/concurrency/priority.ts";

const budgetOf = (capacity: number) => new MemoryBudget({ capacity, maxWaiting: 4, waitMs: 1000 });
const USER = new Priority("user");

describe("ByteRoom", () => {
  it("takes the difference when it grows, and gives all back", async () => {
    const budget = budgetOf(100);
    const room = new MemoryReservation(budget, USER);
    await room.reserve(40);
    await room.reserve(70);
    await room.reserve(50);
    expect(budget.used).toBe(70);
    room.release();
    room.release();
    expect(budget.used).toBe(0);
  });

  it("waits while others hold the room", async () => {
    const budget = budgetOf(100);
    const [first, second] = [new MemoryReservation(budget, USER), new MemoryReservation(budget, USER)];
    await first.reserve(80);
    let admitted = false;
    const waiting = second.reserve(40).then(() => {
      admitted = true;
    });
    await Promise.resolve();
    expect(admitted).toBe(false);
    first.release();
    await waiting;
    expect(budget.used).toBe(40);
  });

  it("gives back what turned out not to be needed", async () => {
    const budget = budgetOf(100);
    const [first, second] = [new MemoryReservation(budget, USER), new MemoryReservation(budget, USER)];
    await first.reserve(80);
    const waiting = second.reserve(60);
    first.settle(40);
    await waiting;
    expect(budget.used).toBe(100);
  });

  it("who leaves while waiting for more holds nothing and is told so", async () => {
    const budget = budgetOf(100);
    const [first, second] = [new MemoryReservation(budget, USER), new MemoryReservation(budget, USER)];
    await first.reserve(80);
    const waiting = second.reserve(40);
    second.release();
    await expect(waiting).rejects.toMatchObject({ reason: "queue_full" });
    expect([budget.used, budget.waiting]).toEqual([80, 0]);
    await expect(second.reserve(1)).rejects.toMatchObject({ reason: "internal" });
  });
});

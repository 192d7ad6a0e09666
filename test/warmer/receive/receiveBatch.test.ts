import { describe, expect, test } from "vitest";
import { ReceiveBatch } from "../../../warmer/receive/receiveBatch.ts";
import { CALL_SLOTS, SINGLE_SLOTS, SLOT_BYTES, SLOT_MEMORY_BYTES } from "../../../warmer/receive/receiveSlots.ts";

function make(events?: { ended?: () => void; queueDelayMs?: () => number }) {
  const slotMemory = Buffer.alloc(SLOT_MEMORY_BYTES);
  const groups: string[][] = [];
  const queued: number[] = [];
  const sink = {
    slotMemory,
    overflow: 0,
    begin: () => groups.push([]),
    datagram: (slot: number, length: number, sender: number, queuedMs: number) => {
      queued.push(queuedMs);
      const at = slot * SLOT_BYTES;
      groups.at(-1)?.push(`${slotMemory.toString("latin1", at, at + Math.min(length, 20))} ${length} from ${sender}`);
    },
    end: () => groups.at(-1)?.push("end"),
  };
  return {
    batch: new ReceiveBatch(sink, { ended: () => {}, queueDelayMs: () => 0, ...events }),
    groups,
    slotMemory,
    queued,
  };
}

const nextIteration = () => new Promise((resolve) => setImmediate(resolve));

describe("ReceiveBatch", () => {
  test("delivers the first datagram at once, and the others of the iteration together and in order at its end", async () => {
    let ends = 0;
    const { batch, groups, slotMemory } = make({ ended: () => ends++ });
    batch.addSingle(Buffer.from("one"), 7);
    slotMemory.write("two", 5 * SLOT_BYTES);
    batch.add(5, 3, -8);
    batch.addSingle(Buffer.from("three"), 0);
    expect(groups).toEqual([["one 3 from 7", "end"]]);
    await nextIteration();
    expect(groups.slice(1)).toEqual([["two 3 from -8", "three 5 from 0", "end"]]);
    expect(ends).toBe(1);
    batch.addSingle(Buffer.from("four"), 7);
    await nextIteration();
    expect(groups.slice(2)).toEqual([["four 4 from 7", "end"]]);
    expect(ends).toBe(2);
  });

  test.each([
    [SINGLE_SLOTS + 1, 1],
    [SINGLE_SLOTS + 2, 2],
  ])("delivers %d single datagrams in %d groups before the iteration ends", async (count, before) => {
    const { batch, groups } = make();
    for (let i = 0; i < count; i++) batch.addSingle(Buffer.from(`${i}`), 1);
    expect(groups.length).toBe(before);
    await nextIteration();
    expect(groups.flat().filter((line) => line !== "end")).toEqual(
      Array.from({ length: count }, (_, i) => `${i} ${`${i}`.length} from 1`),
    );
  });

  test("deliver works at once, and delivers nothing twice", async () => {
    const { batch, groups } = make();
    batch.deliver();
    expect(groups).toEqual([]);
    for (let slot = 0; slot < CALL_SLOTS; slot++) batch.add(slot, 0, 1);
    batch.deliver();
    await nextIteration();
    expect(groups.map((group) => group.length)).toEqual([CALL_SLOTS + 1]);
  });

  test.each([
    [31, [0]],
    [32, [12]],
  ])("for %d datagrams the wait is %j ms: the kernel is asked only for many", (count, expected) => {
    const { batch, queued } = make({ queueDelayMs: () => 12 });
    for (let slot = 0; slot < count; slot++) batch.add(slot, 0, 1);
    batch.deliver();
    expect([...new Set(queued)]).toEqual(expected);
  });

  test("keeps the true length of a truncated datagram, and the bytes that fit", async () => {
    const { batch, groups, slotMemory } = make();
    batch.addSingle(Buffer.alloc(65_507, "x"), 1);
    await nextIteration();
    expect(groups[0]?.[0]).toBe(`${"x".repeat(20)} 65507 from 1`);
    expect(slotMemory.indexOf("x")).toBe(CALL_SLOTS * SLOT_BYTES);
    expect(slotMemory.lastIndexOf("x")).toBe((CALL_SLOTS + 1) * SLOT_BYTES - 1);
  });
});

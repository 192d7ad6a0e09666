import { describe, expect, test } from "vitest";
import { Turn } from "../../../warmer/receive/receiveBatch.ts";
import { LONE_SLOTS, ROOM_BYTES, SLOT_BYTES, SLOTS } from "../../../warmer/receive/receiveSlots.ts";

function make(events?: { ended?: () => void; waited?: () => number }) {
  const room = Buffer.alloc(ROOM_BYTES);
  const groups: string[][] = [];
  const queued: number[] = [];
  const sink = {
    room,
    overflow: 0,
    begin: () => groups.push([]),
    datagram: (slot: number, length: number, sender: number, queuedMs: number) => {
      queued.push(queuedMs);
      const at = slot * SLOT_BYTES;
      groups.at(-1)?.push(`${room.toString("latin1", at, at + Math.min(length, 20))} ${length} from ${sender}`);
    },
    end: () => groups.at(-1)?.push("end"),
  };
  return { turn: new Turn(sink, { ended: () => {}, waited: () => 0, ...events }), groups, room, queued };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("Turn", () => {
  test("tells of the first at once, and of what else came in the turn together and in order, at its end", async () => {
    let ends = 0;
    const { turn, groups, room } = make({ ended: () => ends++ });
    turn.lone(Buffer.from("one"), 7);
    room.write("two", 5 * SLOT_BYTES);
    turn.add(5, 3, -8);
    turn.lone(Buffer.from("three"), 0);
    expect(groups).toEqual([["one 3 from 7", "end"]]);
    await nextTurn();
    expect(groups.slice(1)).toEqual([["two 3 from -8", "three 5 from 0", "end"]]);
    expect(ends).toBe(1);
    turn.lone(Buffer.from("four"), 7);
    await nextTurn();
    expect(groups.slice(2)).toEqual([["four 4 from 7", "end"]]);
    expect(ends).toBe(2);
  });

  test.each([
    [LONE_SLOTS + 1, 1],
    [LONE_SLOTS + 2, 2],
  ])("of %d lone datagrams it tells %d times before the turn ends", async (count, before) => {
    const { turn, groups } = make();
    for (let i = 0; i < count; i++) turn.lone(Buffer.from(`${i}`), 1);
    expect(groups.length).toBe(before);
    await nextTurn();
    expect(groups.flat().filter((line) => line !== "end")).toEqual(
      Array.from({ length: count }, (_, i) => `${i} ${`${i}`.length} from 1`),
    );
  });

  test("passes on at once when asked to, and nothing twice", async () => {
    const { turn, groups } = make();
    turn.pass();
    expect(groups).toEqual([]);
    for (let slot = 0; slot < SLOTS; slot++) turn.add(slot, 0, 1);
    turn.pass();
    await nextTurn();
    expect(groups.map((group) => group.length)).toEqual([SLOTS + 1]);
  });

  test.each([
    [31, [0]],
    [32, [12]],
  ])("%d datagrams at once waited %j ms: the newest is asked, for many", (count, expected) => {
    const { turn, queued } = make({ waited: () => 12 });
    for (let slot = 0; slot < count; slot++) turn.add(slot, 0, 1);
    turn.pass();
    expect([...new Set(queued)]).toEqual(expected);
  });

  test("keeps the true length of one that does not fit, and of its bytes what fits", async () => {
    const { turn, groups, room } = make();
    turn.lone(Buffer.alloc(65_507, "x"), 1);
    await nextTurn();
    expect(groups[0]?.[0]).toBe(`${"x".repeat(20)} 65507 from 1`);
    expect(room.indexOf("x")).toBe(SLOTS * SLOT_BYTES);
    expect(room.lastIndexOf("x")).toBe((SLOTS + 1) * SLOT_BYTES - 1);
  });
});

import { describe, expect, it } from "vitest";
import { createGate } from "../../../src/image/gate.ts";
import { ByteRoom } from "../../../src/origin/room.ts";

const gateOf = (capacity: number) => createGate({ capacity, maxWaiting: 4, waitMs: 1000 });

describe("ByteRoom", () => {
  it("takes the difference when it grows, and gives all back", async () => {
    const gate = gateOf(100);
    const room = new ByteRoom(gate, "user");
    await room.grow(40);
    await room.grow(70);
    await room.grow(50);
    expect(gate.used).toBe(70);
    room.leave();
    room.leave();
    expect(gate.used).toBe(0);
  });

  it("waits while others hold the room", async () => {
    const gate = gateOf(100);
    const [first, second] = [new ByteRoom(gate, "user"), new ByteRoom(gate, "user")];
    await first.grow(80);
    let admitted = false;
    const waiting = second.grow(40).then(() => {
      admitted = true;
    });
    await Promise.resolve();
    expect(admitted).toBe(false);
    first.leave();
    await waiting;
    expect(gate.used).toBe(40);
  });
});

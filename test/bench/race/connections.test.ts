import { describe, expect, test } from "vitest";
import { Connections, hold, invoke, MAX_CONNECTIONS } from "../../../bench/race/edge/connections.ts";

/** Calls that end when they are told to, and how many are open. */
function calls() {
  const ends: (() => void)[] = [];
  const seen = { open: 0, most: 0 };
  const call = async () => {
    seen.most = Math.max(seen.most, ++seen.open);
    await new Promise<void>((end) => ends.push(end));
    seen.open--;
  };
  return { call, ends, seen };
}

const turn = () => new Promise((wake) => setImmediate(wake));

describe("connections of an invocation", () => {
  test("the seventh waits until one of the six has ended", async () => {
    const { call, ends, seen } = calls();
    const all = invoke(() => Promise.all(Array.from({ length: MAX_CONNECTIONS + 1 }, () => hold(call))));
    await turn();
    expect(seen.open).toBe(6);
    ends[0]?.();
    await turn();
    expect([seen.open, ends.length]).toEqual([6, 7]);
    for (const end of ends) end();
    await all;
    expect(seen).toEqual({ open: 0, most: 6 });
  });

  test("two invocations have six each", async () => {
    const { call, ends, seen } = calls();
    const six = () => Promise.all(Array.from({ length: 6 }, () => hold(call)));
    const both = Promise.all([invoke(six), invoke(six)]);
    await turn();
    expect(seen.open).toBe(12);
    for (const end of ends) end();
    await both;
  });

  test("a call that fails gives its connection back", async () => {
    const connections = new Connections(1);
    const failing = async () => {
      throw new Error("broken");
    };
    await expect(connections.hold(failing)).rejects.toThrow("broken");
    expect(await connections.hold(async () => "next")).toBe("next");
  });

  test("work that goes on after the answer still belongs to its invocation", async () => {
    const { call, ends, seen } = calls();
    await invoke(async () => {
      for (let i = 0; i < 6; i++) void hold(call);
      setTimeout(() => void hold(call), 5);
    });
    await new Promise((wake) => setTimeout(wake, 30));
    expect(seen.open).toBe(6);
    for (const end of ends) end();
    await turn();
    for (const end of ends) end();
  });
});

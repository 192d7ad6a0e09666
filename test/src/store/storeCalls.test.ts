import { afterEach, describe, expect, test, vi } from "vitest";
import { MAX_OPEN_CALLS, MAX_TURN_MS, STORE_CALLS, type StoreCall, StoreCalls } from "../../../src/store/storeCalls.ts";

/** Calls that the test ends one by one; `begun` has their names in the order in which they began. */
function recorded() {
  const calls = new StoreCalls();
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const start = (name: string, kind: StoreCall) =>
    calls.run(kind, () => {
      begun.push(name);
      return new Promise<string>((resolve, reject) =>
        ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error))),
      );
    });
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { calls, begun, start, end };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("StoreCalls", () => {
  test("what a look-up asks for at once takes all connections", () => {
    const { tier, negative, list } = STORE_CALLS;
    expect(3 * tier.connections + negative.connections + list.connections).toBe(MAX_OPEN_CALLS);
  });

  test("what comes next takes the place of the first that has answered", async () => {
    const { calls, begun, start, end } = recorded();
    for (const name of ["kv", "region", "primary"]) void start(name, "tier");
    void start("negative", "negative");
    void start("list", "list");
    expect(calls.open).toBe(MAX_OPEN_CALLS);
    void start("sourceMeta", "sourceMeta");
    expect(begun).toEqual(["kv", "region", "primary", "negative", "list"]);
    await end("region");
    expect(begun.at(-1)).toBe("sourceMeta");
    expect(calls.open).toBe(MAX_OPEN_CALLS);
  });

  test("first come, first served: a call of one connection does not pass a waiting one of two", async () => {
    const { begun, start, end } = recorded();
    for (const name of ["1", "2", "3", "4", "5"]) void start(name, "tier");
    void start("list", "list");
    void start("late", "tier");
    expect(begun).toHaveLength(5);
    await end("1");
    expect(begun.slice(5)).toEqual(["list"]);
    await end("2");
    expect(begun.slice(5)).toEqual(["list", "late"]);
  });

  test("calls that hang hold up those behind them for a limited time, and each only once", async () => {
    vi.useFakeTimers();
    const { calls, begun, start } = recorded();
    for (const name of ["1", "2", "3", "4", "5"]) void start(name, "tier");
    void start("list", "list");
    void start("negative", "negative");
    await vi.advanceTimersByTimeAsync(MAX_TURN_MS - 1);
    expect(begun).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun.slice(5)).toEqual(["list", "negative"]);
    expect(calls.open).toBe(8);
  });

  test("gives what the call gives, and its connections back when it fails", async () => {
    const { calls, start, end } = recorded();
    const good = start("good", "tier");
    const bad = start("bad", "list");
    const failed = expect(bad).rejects.toThrow("R2");
    await end("good");
    await end("bad", new Error("R2"));
    expect(await good).toBe("good");
    await failed;
    expect(calls.open).toBe(0);
  });
});

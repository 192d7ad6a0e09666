import { describe, expect, test } from "vitest";
import {
  ask,
  type CoordinatorState,
  DONE_MS,
  LEASE_MS,
  NO_RENDERS,
  type Outcome,
  reported,
} from "../../../src/coordinate/lease.ts";

/** Plays steps on one state. */
function played() {
  let state: CoordinatorState = NO_RENDERS;
  return {
    ask(holder: string, key: string, now: number) {
      const [verdict, next] = ask(state, holder, key, now);
      state = next;
      return verdict.do;
    },
    report(holder: string, key: string, report: Outcome, now: number) {
      state = reported(state, holder, key, report, now);
    },
    state: () => state,
  };
}
const KEPT = { kind: "kept", until: 1_000_000 } as const;
const STORED = { kind: "stored" } as const;
const FAILED = { kind: "failed", reason: "source_missing", facts: { value: 404 }, seconds: 5 } as const;

describe("one source", () => {
  test("the first fetches; others wait, for the same size and for another", () => {
    const flight = played();
    expect(flight.ask("a", "320", 0)).toBe("fetch");
    expect(flight.ask("b", "320", 1)).toBe("wait");
    expect(flight.ask("c", "640", 2)).toBe("wait");
  });

  test("once the original is kept, every other size is rendered from it, each by one", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.report("a", "320", KEPT, 10);
    expect(flight.ask("c", "640", 11)).toBe("render");
    expect(flight.ask("d", "640", 12)).toBe("wait");
    expect(flight.ask("e", "160", 13)).toBe("render");
    expect(flight.ask("b", "320", 14)).toBe("wait");
  });

  test("a stored rendition is read", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.report("a", "320", STORED, 10);
    expect(flight.ask("b", "320", 11)).toBe("read");
    expect(flight.ask("b", "320", 10 + DONE_MS - 1)).toBe("read");
    expect(flight.ask("b", "320", 10 + DONE_MS)).not.toBe("read");
  });

  test("one who asks again is given the lease again", () => {
    const flight = played();
    expect(flight.ask("a", "320", 0)).toBe("fetch");
    expect(flight.ask("a", "320", 1)).toBe("fetch");
  });

  test("the kept original ends when it says", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.report("a", "320", { kind: "kept", until: 500 }, 10);
    expect(flight.ask("b", "640", 499)).toBe("render");
    expect(flight.ask("c", "160", 500)).toBe("fetch");
  });
});

describe("a holder that dies", () => {
  test.each([
    [LEASE_MS - 1, "wait"],
    [LEASE_MS, "fetch"],
  ])("after %i ms another is told to %s", (ms, verdict) => {
    const flight = played();
    flight.ask("a", "320", 0);
    expect(flight.ask("b", "320", ms)).toBe(verdict);
  });

  test("while rendering: only that size is given anew", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.report("a", "320", KEPT, 1);
    flight.ask("b", "640", 2);
    expect(flight.ask("c", "640", 2 + LEASE_MS)).toBe("render");
  });

  test("comes back late: its report still counts, its lease does not", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.ask("b", "320", LEASE_MS);
    flight.report("a", "320", { kind: "released" }, LEASE_MS + 1);
    expect(flight.ask("c", "320", LEASE_MS + 2)).toBe("wait");
    flight.report("a", "320", STORED, LEASE_MS + 3);
    expect(flight.ask("c", "320", LEASE_MS + 4)).toBe("read");
  });
});

describe("what goes wrong", () => {
  test("a failure of the source is told to all who wait, for its time", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.report("a", "320", FAILED, 100);
    expect(flight.ask("b", "640", 5_099)).toBe("fail");
    expect(flight.ask("b", "640", 5_100)).toBe("fetch");
  });

  test("a new fetch forgets the old failure", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.report("a", "320", FAILED, 100);
    flight.ask("b", "320", 6_000);
    expect(flight.state().refusal).toBeNull();
  });

  test("what is stored is served although the source fails now", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.report("a", "320", STORED, 1);
    flight.report("a", "320", FAILED, 2);
    expect(flight.ask("b", "320", 3)).toBe("read");
  });

  test("released: the next one takes over at once", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.report("a", "320", { kind: "released" }, 1);
    expect(flight.ask("b", "320", 2)).toBe("fetch");
  });

  test("an original that could not be kept frees the source, not the size", () => {
    const flight = played();
    flight.ask("a", "320", 0);
    flight.report("a", "320", { kind: "unkept" }, 1);
    expect(flight.ask("b", "640", 2)).toBe("fetch");
    expect(flight.ask("c", "320", 3)).toBe("wait");
  });

  test("a clock that jumps back keeps a lease, and forward ends it", () => {
    const flight = played();
    flight.ask("a", "320", 100_000);
    expect(flight.ask("b", "320", 50_000)).toBe("wait");
    expect(flight.ask("b", "320", 10_000_000)).toBe("fetch");
  });

  test("finished sizes do not pile up", () => {
    const flight = played();
    for (let i = 0; i < 1_000; i++) {
      flight.ask("a", `k${i}`, i * 1_000);
      flight.report("a", `k${i}`, STORED, i * 1_000);
    }
    expect(flight.state().renders.size).toBeLessThanOrEqual(DONE_MS / 1_000 + 2);
  });
});

import { describe, expect, test } from "vitest";
import {
  type CoordinatorState,
  DONE_MS,
  grantFor,
  LEASE_MS,
  NO_RENDERS,
  type Outcome,
  type Terms,
  withOutcome,
} from "../../../src/coordinate/coordinatorState.ts";

/** Plays steps on one state. */
function played() {
  let state: CoordinatorState = NO_RENDERS;
  return {
    ask(holder: string, key: string, now: number, epoch = 0) {
      const [grant, next] = grantFor(state, holder, key, now, epoch);
      state = next;
      return grant.do;
    },
    report(holder: string, key: string, outcome: Outcome, now: number, epoch = 0) {
      state = withOutcome(state, holder, key, outcome, now, epoch);
    },
    state: () => state,
  };
}
const KEPT = { kind: "kept", until: 1_000_000 } as const;
const STORED = { kind: "stored" } as const;
const FAILED = { kind: "failed", reason: "source_missing", facts: { value: 404 }, seconds: 5 } as const;

describe("one source", () => {
  test("the first fetches; others wait, for the same size and for another", () => {
    const coordinator = played();
    expect(coordinator.ask("a", "320", 0)).toBe("fetch");
    expect(coordinator.ask("b", "320", 1)).toBe("wait");
    expect(coordinator.ask("c", "640", 2)).toBe("wait");
  });

  test("once the original is kept, every other size is rendered from it, each by one", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", KEPT, 10);
    expect(coordinator.ask("c", "640", 11)).toBe("render");
    expect(coordinator.ask("d", "640", 12)).toBe("wait");
    expect(coordinator.ask("e", "160", 13)).toBe("render");
    expect(coordinator.ask("b", "320", 14)).toBe("wait");
  });

  test("a stored rendition is read", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", STORED, 10);
    expect(coordinator.ask("b", "320", 11)).toBe("read");
    expect(coordinator.ask("b", "320", 10 + DONE_MS - 1)).toBe("read");
    expect(coordinator.ask("b", "320", 10 + DONE_MS)).not.toBe("read");
  });

  test("one who asks again is given the lease again", () => {
    const coordinator = played();
    expect(coordinator.ask("a", "320", 0)).toBe("fetch");
    expect(coordinator.ask("a", "320", 1)).toBe("fetch");
  });

  test("the kept original ends when it says", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", { kind: "kept", until: 500 }, 10);
    expect(coordinator.ask("b", "640", 499)).toBe("render");
    expect(coordinator.ask("c", "160", 500)).toBe("fetch");
  });
});

describe("one who takes back that it is stored", () => {
  test("gives the picture free, if it is the one who said so", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", STORED, 10);
    coordinator.report("b", "320", { kind: "released" }, 11);
    expect(coordinator.ask("c", "320", 12)).toBe("read");
    coordinator.report("a", "320", { kind: "released" }, 13);
    expect(coordinator.ask("c", "320", 14)).toBe("fetch");
  });

  test("a claim that comes after its outcome holds nothing", () => {
    const coordinator = played();
    coordinator.report("a", "320", STORED, 10);
    expect(coordinator.ask("a", "320", 11)).toBe("read");
  });
});

describe("a holder that dies", () => {
  test.each([
    [LEASE_MS - 1, "wait"],
    [LEASE_MS, "fetch"],
  ])("after %i ms another is told to %s", (ms, grant) => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    expect(coordinator.ask("b", "320", ms)).toBe(grant);
  });

  test("while rendering: only that size is given anew", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", KEPT, 1);
    coordinator.ask("b", "640", 2);
    expect(coordinator.ask("c", "640", 2 + LEASE_MS)).toBe("render");
  });

  test("comes back late: its report still counts, its lease does not", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.ask("b", "320", LEASE_MS);
    coordinator.report("a", "320", { kind: "released" }, LEASE_MS + 1);
    expect(coordinator.ask("c", "320", LEASE_MS + 2)).toBe("wait");
    coordinator.report("a", "320", STORED, LEASE_MS + 3);
    expect(coordinator.ask("c", "320", LEASE_MS + 4)).toBe("read");
  });
});

describe("what goes wrong", () => {
  test("a failure of the source is told to all who wait, for its time", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", FAILED, 100);
    expect(coordinator.ask("b", "640", 5_099)).toBe("fail");
    expect(coordinator.ask("b", "640", 5_100)).toBe("fetch");
  });

  test("a new fetch forgets the old failure", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", FAILED, 100);
    coordinator.ask("b", "320", 6_000);
    expect(coordinator.state().refusal).toBeNull();
  });

  test("what is stored is served although the source fails now", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", STORED, 1);
    coordinator.report("a", "320", FAILED, 2);
    expect(coordinator.ask("b", "320", 3)).toBe("read");
  });

  test("released: the next one takes over at once", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", { kind: "released" }, 1);
    expect(coordinator.ask("b", "320", 2)).toBe("fetch");
  });

  test("an original that could not be kept frees the source, not the size", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", { kind: "unkept" }, 1);
    expect(coordinator.ask("b", "640", 2)).toBe("fetch");
    expect(coordinator.ask("c", "320", 3)).toBe("wait");
  });

  test("a clock that jumps back keeps a lease, and forward ends it", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 100_000);
    expect(coordinator.ask("b", "320", 50_000)).toBe("wait");
    expect(coordinator.ask("b", "320", 10_000_000)).toBe("fetch");
  });

  test("finished sizes do not pile up", () => {
    const coordinator = played();
    for (let i = 0; i < 1_000; i++) {
      coordinator.ask("a", `k${i}`, i * 1_000);
      coordinator.report("a", `k${i}`, STORED, i * 1_000);
    }
    expect(coordinator.state().renders.size).toBeLessThanOrEqual(DONE_MS / 1_000 + 2);
  });
});

describe("a purge", () => {
  const EPOCH = 1_000;

  test.each([
    ["a failure", FAILED, "fail"],
    ["a kept original", KEPT, "render"],
    ["a finished rendition", STORED, "read"],
    ["a lease", { kind: "unkept" }, "wait"],
  ] as const)("ends %s that was reported before anybody knew of it", (_, outcome, before) => {
    const coordinator = played();
    coordinator.ask("a", "320", 0);
    coordinator.report("a", "320", outcome, 10);
    const key = outcome === KEPT ? "640" : "320";
    expect(coordinator.ask("b", key, 20)).toBe(before);
    expect(coordinator.ask("c", key, 30, EPOCH)).toBe("fetch");
  });

  test.each([
    ["a failure", FAILED],
    ["a kept original", KEPT],
    ["a finished rendition", STORED],
  ] as const)("makes nothing of %s that one reports who does not know of it, and frees the lease", (_, outcome) => {
    const coordinator = played();
    coordinator.ask("old", "320", 0);
    coordinator.ask("new", "640", 10, EPOCH);
    coordinator.report("old", "320", outcome, 20);
    coordinator.report("new", "640", { kind: "released" }, 30, EPOCH);
    expect(coordinator.ask("c", "320", 40, EPOCH)).toBe("fetch");
  });

  test("one who does not know of it may work still, and holds up nobody when done", () => {
    const coordinator = played();
    coordinator.ask("new", "320", 0, EPOCH);
    coordinator.report("new", "320", { kind: "released" }, 1, EPOCH);
    expect(coordinator.ask("old", "320", 2)).toBe("fetch");
    expect(coordinator.ask("new", "320", 3, EPOCH)).toBe("wait");
    coordinator.report("old", "320", KEPT, 4);
    coordinator.report("old", "320", STORED, 5);
    expect(coordinator.ask("new", "320", 6, EPOCH)).toBe("fetch");
  });

  test("the same epoch again ends nothing", () => {
    const coordinator = played();
    coordinator.ask("a", "320", 0, EPOCH);
    coordinator.report("a", "320", FAILED, 1, EPOCH);
    expect(coordinator.ask("b", "320", 2, EPOCH)).toBe("fail");
    expect(coordinator.ask("b", "320", 2)).toBe("fail");
  });
});

describe("a push claims", () => {
  const CLAIM = { claimMs: 100 };
  /** Plays steps with their terms, and gives whole grants. */
  function playedInTerms() {
    let state: CoordinatorState = NO_RENDERS;
    return {
      ask(holder: string, key: string, now: number, terms: Terms = {}) {
        const [grant, next] = grantFor(state, holder, key, now, 0, terms);
        state = next;
        return grant;
      },
      report(holder: string, key: string, outcome: Outcome, now: number) {
        state = withOutcome(state, holder, key, outcome, now);
      },
    };
  }

  test("what nobody is at; a reader is told that it is a push, and until when", () => {
    const coordinator = playedInTerms();
    expect(coordinator.ask("push", "320", 0, CLAIM)).toEqual({ do: "fetch" });
    expect(coordinator.ask("a", "320", 1)).toEqual({ do: "wait", until: 100, claimed: true });
    expect(coordinator.ask("b", "640", 1)).toEqual({ do: "wait", until: 100, claimed: true });
  });

  test.each([
    ["a reader", {}, undefined],
    ["another push", CLAIM, true],
  ] as const)("in vain what %s is at", (_, terms, claimed) => {
    const coordinator = playedInTerms();
    coordinator.ask("a", "320", 0, terms);
    const refused = coordinator.ask("push", "320", 1, CLAIM);
    expect([refused.do, "claimed" in refused ? refused.claimed : undefined]).toEqual(["wait", claimed]);
  });

  test.each([
    [99, "wait"],
    [100, "fetch"],
  ])("until its end: %i ms after it a reader is told to %s", (now, told) => {
    const coordinator = playedInTerms();
    coordinator.ask("push", "320", 0, CLAIM);
    expect(coordinator.ask("a", "320", now).do).toBe(told);
  });

  test("a reader takes it over, and the others wait for the reader", () => {
    const coordinator = playedInTerms();
    coordinator.ask("push", "320", 0, CLAIM);
    expect(coordinator.ask("a", "320", 50, { takeOver: true })).toEqual({ do: "fetch" });
    expect(coordinator.ask("b", "320", 51, { takeOver: true })).toEqual({ do: "wait", until: 50 + LEASE_MS });
    expect(coordinator.ask("c", "640", 52, { takeOver: true })).toEqual({ do: "wait", until: 50 + LEASE_MS });
  });

  test("a push that is done after all still tells what is stored", () => {
    const coordinator = playedInTerms();
    coordinator.ask("push", "320", 0, CLAIM);
    coordinator.ask("a", "320", 50, { takeOver: true });
    coordinator.report("push", "320", STORED, 60);
    expect(coordinator.ask("b", "320", 61)).toEqual({ do: "read" });
  });

  test("a push that fails leaves the reader's lease alone", () => {
    const coordinator = playedInTerms();
    coordinator.ask("push", "320", 0, CLAIM);
    coordinator.ask("a", "320", 50, { takeOver: true });
    coordinator.report("push", "320", { kind: "released" }, 60);
    expect(coordinator.ask("b", "320", 61).do).toBe("wait");
  });
});

import { describe, expect, test, vi } from "vitest";
import type { Grant, Outcome } from "../../../src/coordinate/coordinatorState.ts";
import {
  CLAIM_MS,
  COORDINATOR_SILENCE_MS,
  type CoordinatorPort,
  Lease,
  REPORT_MS,
} from "../../../src/coordinate/lease.ts";
import { Failure } from "../../../src/errors.ts";

/** A coordinator that gives these grants in turn and writes down what it hears. */
function portOf(...grants: (Grant | Error)[]) {
  const heard: string[] = [];
  const waits: number[] = [];
  const said: string[] = [];
  const port: CoordinatorPort = {
    async ask(_holder, _key, waitMs, { takeOver = false, claimMs } = {}) {
      waits.push(waitMs);
      if (takeOver) said.push(`take over after ${waitMs}`);
      if (claimMs !== undefined) said.push(`claim for ${claimMs}`);
      const grant = grants.shift();
      if (grant === undefined || grant instanceof Error) throw grant ?? new Error("no grant left");
      return grant;
    },
    report: async (_holder, _key, { kind }: Outcome) => void heard.push(kind),
  };
  return { port, heard, waits, said };
}
const WAIT: Grant = { do: "wait", until: 1 };

describe("Lease asks", () => {
  test.each([
    ["fetch", { do: "fetch" }],
    ["render", { do: "render" }],
    ["read", { do: "read" }],
  ] as const)("once, and gives %s", async (word, grant) => {
    const { port, waits } = portOf(grant);
    const lease = new Lease(port, "a", "k", { waitMs: 500 });
    expect((await lease.ask()).do).toBe(word);
    expect((await lease.ask()).do).toBe(word);
    expect(waits).toEqual([0]);
  });

  test("again with its time where there is something to wait for", async () => {
    const { port, waits } = portOf(WAIT, { do: "read" });
    const waitsThen: number[][] = [];
    const onWait = () => waitsThen.push([...waits]);
    expect((await new Lease(port, "a", "k", { waitMs: 500, onWait }).ask()).do).toBe("read");
    expect([waits, waitsThen]).toEqual([[0, 500], [[0]]]);
  });

  test("and looks once more when it has waited too long", async () => {
    expect((await new Lease(portOf(WAIT, WAIT).port, "a", "k", { waitMs: 500 }).ask()).do).toBe("read");
  });

  test.each([
    ["fails", portOf(new Error("overloaded")).port],
    ["fails while it waits", portOf(WAIT, new Error("overloaded")).port],
    ["says a word of another Worker", portOf({ do: "later" } as never).port],
    ["is not bound", null],
  ])("and works alone when the coordinator %s", async (_name, port) => {
    expect((await new Lease(port, "a", "k").ask()).do).toBe("alone");
  });

  test("and works alone when the coordinator hangs", async () => {
    vi.useFakeTimers();
    try {
      const asked = new Lease({ ask: () => new Promise(() => {}), report: async () => {} }, "a", "k").ask();
      await vi.advanceTimersByTimeAsync(COORDINATOR_SILENCE_MS);
      expect((await asked).do).toBe("alone");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("Lease ends", () => {
  const held = (grant: Grant = { do: "fetch" }) => {
    const { port, heard } = portOf(grant);
    return { lease: new Lease(port, "a", "k"), heard };
  };

  test.each(["fetch", "render"] as const)("a %s that came to nothing is released, once", async (word) => {
    const { lease, heard } = held({ do: word });
    await lease.ask();
    await lease.release();
    await lease.release();
    expect(heard).toEqual(["released"]);
  });

  test.each([
    ["never asked for", async () => {}],
    ["told to read", async (lease: Lease) => void (await lease.ask())],
  ])("one that was %s has nothing to release", async (_name, ask) => {
    const { lease, heard } = held({ do: "read" });
    await ask(lease);
    await lease.release();
    expect(heard).toEqual([]);
  });

  test.each([
    ["stored", (lease: Lease) => lease.reportStored(Promise.resolve()), ["stored"]],
    [
      "released when storing fails",
      (lease: Lease) => lease.reportStored(Promise.reject(new Error("R2"))),
      ["released"],
    ],
    ["failed, of the source", (lease: Lease) => lease.reportFailure(new Failure("source_missing")), ["failed"]],
    ["released, of a wish", (lease: Lease) => lease.reportFailure(new Failure("result_too_large")), ["released"]],
    ["released, of our own fault", (lease: Lease) => lease.reportFailure(new Error("bug")), ["released"]],
  ])("an outcome ends it: %s", async (_name, end, expected) => {
    const { lease, heard } = held();
    await lease.ask();
    await end(lease);
    await lease.release();
    expect(heard).toEqual(expected);
  });

  test("what is granted after a failure of ours is given back", async () => {
    const { port, heard } = portOf();
    let grant = (_: Grant) => {};
    const asked = { ...port, ask: () => new Promise<Grant>((resolve) => (grant = resolve)) };
    const lease = new Lease(asked, "a", "k");
    void lease.ask();
    const reported = lease.reportFailure(new Failure("rate_limited"));
    await lease.release();
    expect(heard).toEqual([]);
    grant({ do: "render" });
    await reported;
    expect(heard).toEqual(["released"]);
  });

  test("from the moment that storing begins, not when it is done", async () => {
    const { lease, heard } = held();
    await lease.ask();
    let done = () => {};
    const storing = lease.reportStored(new Promise<void>((resolve) => (done = resolve)));
    await lease.release();
    expect(heard).toEqual([]);
    done();
    await storing;
    expect(heard).toEqual(["stored"]);
  });

  test("a push tells that a picture leaves for the region before its claim is answered, after the claim", async () => {
    const heard: string[] = [];
    const port: CoordinatorPort = {
      ask: (_holder, _key, _waitMs, terms) => {
        heard.push(`claim ${terms?.claimMs !== undefined}`);
        return new Promise(() => {});
      },
      report: async (_holder, _key, { kind }) => void heard.push(kind),
    };
    const lease = new Lease(port, "a", "k", { claim: true });
    await lease.ask();
    let arrive = () => {};
    const arriving = new Promise<void>((resolve) => (arrive = resolve));
    const reported = lease.reportStored(arriving, Promise.resolve());
    await new Promise((wake) => setImmediate(wake));
    expect(heard).toEqual(["claim true", "stored"]);
    arrive();
    await reported;
    expect(heard).toEqual(["claim true", "stored"]);
  });

  test("what has left and does not arrive is taken back", async () => {
    const { lease, heard } = held();
    await lease.ask();
    let fail = (_: Error) => {};
    const arriving = new Promise<void>((_, reject) => (fail = reject));
    const reported = lease.reportStored(arriving, Promise.resolve());
    await new Promise((wake) => setImmediate(wake));
    expect(heard).toEqual(["stored"]);
    fail(new Error("R2"));
    await reported;
    expect(heard).toEqual(["stored", "released"]);
  });

  test("what is said of the original does not end it", async () => {
    const { lease, heard } = held();
    await lease.ask();
    await lease.report({ kind: "kept", until: 5 });
    await lease.release();
    expect(heard).toEqual(["kept", "released"]);
  });

  test("a coordinator that hangs holds up no work behind an answer", async () => {
    vi.useFakeTimers();
    try {
      const port: CoordinatorPort = { ask: async () => ({ do: "fetch" }), report: () => new Promise(() => {}) };
      const done = vi.fn();
      void new Lease(port, "a", "k").reportStored(Promise.resolve()).then(done);
      await vi.advanceTimersByTimeAsync(REPORT_MS - 1);
      expect(done).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(done).toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
  });

  test("a coordinator that cannot be reached harms nobody", async () => {
    const port: CoordinatorPort = {
      ask: async () => ({ do: "fetch" }),
      report: () => Promise.reject(new Error("gone")),
    };
    const lease = new Lease(port, "a", "k");
    await lease.ask();
    await expect(lease.reportFailure(new Failure("source_missing"))).resolves.toBeUndefined();
  });
});

describe("a reader who meets a push", () => {
  const CLAIMED: Grant = { do: "wait", until: 1, claimed: true };
  const RULES = { waitMs: 500, joinMs: 100 };
  const leaseOn = (...grants: Grant[]) => {
    const { port, waits, said, heard } = portOf(...grants);
    return { lease: new Lease(port, "a", "k", RULES), waits, said, heard };
  };

  test("joins it, and reads what it has stored", async () => {
    const { lease, waits } = leaseOn(CLAIMED, { do: "read" });
    expect(await lease.ask()).toEqual({ do: "read" });
    expect(waits).toEqual([0, 100]);
  });

  test("takes over after its time of joining; the picture may be there all the same", async () => {
    const { lease, said, heard } = leaseOn(CLAIMED, { do: "fetch" });
    expect(await lease.ask()).toEqual({ do: "fetch", joined: true });
    expect(said).toEqual(["take over after 100"]);
    await lease.release();
    expect(heard).toEqual(["released"]);
  });

  test("waits for the reader who has taken over before, for the rest of its time", async () => {
    const { lease, waits, said } = leaseOn(CLAIMED, WAIT, { do: "read" });
    expect(await lease.ask()).toEqual({ do: "read" });
    expect(waits).toEqual([0, 100, 400]);
    expect(said).toEqual(["take over after 100"]);
  });

  test("does not wait for ever for a coordinator that cannot be taken over", async () => {
    const { lease, waits } = leaseOn(...new Array(9).fill(CLAIMED));
    expect(await lease.ask()).toEqual({ do: "read" });
    expect(waits).toEqual([0, 100, 100, 100, 100, 100]);
  });
});

describe("a push claims", () => {
  const push = (port: CoordinatorPort) => new Lease(port, "a", "k", { claim: true, waitMs: 500 });
  const later = () => new Promise((resolve) => setTimeout(resolve, 0));

  test("and goes on at once, though the answer is under way", async () => {
    let answer = (_: Grant) => {};
    const { port, heard } = portOf();
    const lease = push({ ...port, ask: () => new Promise<Grant>((resolve) => (answer = resolve)) });
    expect(await lease.ask()).toEqual({ do: "claimed" });
    expect(await lease.refused()).toBeNull();
    // An outcome is sent after the claim, and does not wait for its answer.
    await lease.reportStored(Promise.resolve());
    expect(heard).toEqual(["stored"]);
    answer({ do: "fetch" });
    await later();
    expect(heard).toEqual(["stored"]);
  });

  test.each(["fetch", "render"] as const)("and is not refused by %s", async (word) => {
    const { port, said } = portOf({ do: word });
    const lease = push(port);
    await lease.ask();
    await later();
    expect(await lease.refused()).toBeNull();
    expect(said).toEqual([`claim for ${CLAIM_MS}`]);
  });

  test.each([
    ["read", { do: "read" }, [{ do: "read" }]],
    ["wait: it waits as a reader does", WAIT, [WAIT, { do: "read" }]],
  ] as const)("and follows a refusal, once: %s", async (_, refusal, grants) => {
    const { port, heard } = portOf(refusal, ...grants);
    const lease = push(port);
    await lease.ask();
    await later();
    expect(await lease.refused()).toEqual({ do: "read" });
    expect(await lease.refused()).toBeNull();
    await lease.release();
    expect(heard).toEqual([]);
  });

  test("and gives back what it was granted after a refusal", async () => {
    const { port, heard } = portOf(WAIT, { do: "fetch" });
    const lease = push(port);
    await lease.ask();
    await later();
    expect((await lease.refused())?.do).toBe("fetch");
    await lease.release();
    expect(heard).toEqual(["released"]);
  });

  test("and goes on when the coordinator fails", async () => {
    const lease = push(portOf(new Error("overloaded")).port);
    expect(await lease.ask()).toEqual({ do: "claimed" });
    await later();
    expect(await lease.refused()).toBeNull();
  });
});

import { describe, expect, test } from "vitest";
import { armOf, assign } from "../../../src/client/experiment.ts";

type Result = { readonly id: string; readonly creator: string };
const result = (id: string): Result => ({ id, creator: `creator of ${id}` });
const MATES: Readonly<Record<string, string>> = { a: "a2", c: "c2", d: "a2", e: "b", f: "f" };
const mateOf = ({ id }: Result) => (MATES[id] === undefined ? null : { cluster: `c-${id}`, mate: result(MATES[id]) });
const trial = (session: string, ids = "abcdef") => ({
  ...{ experiment: "mates", key: "secret", query: "red boat", session, mateOf },
  results: [...ids].map(result),
});
const sessionsOf = (arm: string) => {
  for (let i = 0; ; i++) if (armOf(trial(`s${i}`)) === arm) return `s${i}`;
};

describe("the arm", () => {
  test("is the same for the same experiment, query, session and key", () => {
    expect(armOf(trial("x"))).toBe(armOf({ ...trial("x"), results: [] } as never));
    // A known answer: it must never change, or half of a running experiment changes sides.
    expect(
      ["1", "2", "3", "4", "5", "6", "7", "8"].map((session) => armOf(trial(session))[0]).join(""),
    ).toMatchInlineSnapshot(`"ooooomoo"`);
  });
  test.each(["experiment", "key", "query", "session"] as const)("is drawn anew for another %s", (field) => {
    const arms = Array.from({ length: 40 }, (_, i) => armOf({ ...trial("x"), [field]: `v${i}` }));
    expect(new Set(arms).size).toBe(2);
  });
  test("comes up in half of the sessions", () => {
    const mates = Array.from({ length: 2_000 }, (_, i) => armOf(trial(`s${i}`))).filter((arm) => arm === "mate").length;
    // 4 standard deviations.
    expect(Math.abs(mates - 1_000)).toBeLessThan(90);
  });
});

describe("a list", () => {
  test("shows mates whole, in the slots that have one", () => {
    const { results, slots } = assign(trial(sessionsOf("mate")));
    // The mate of d is taken by a, that of e is in the list, and f has none but itself.
    expect(results.map(({ id }) => id)).toEqual(["a2", "b", "c2", "d", "e", "f"]);
    for (const { id, creator } of results) expect(creator).toBe(`creator of ${id}`);
    expect(slots.map(({ slot, shown }) => `${slot} ${shown}`)).toEqual(["0 a2", "2 c2"]);
  });
  test("is as it was in the other arm, and counts the same slots", () => {
    const { results, slots } = assign(trial(sessionsOf("original")));
    expect(results).toEqual(trial("").results);
    expect(slots.map(({ slot, shown }) => `${slot} ${shown}`)).toEqual(["0 a", "2 c"]);
  });
  test("has a line for the log with assignment and propensity", () => {
    const { log } = assign(trial(sessionsOf("mate")));
    expect(JSON.parse(log ?? "")).toMatchObject({ v: 1, kind: "assigned", arm: "mate", propensity: 0.5 });
    expect(log).not.toContain("secret");
    expect(log).not.toContain("\n");
  });
  test("without a mate has no line", () => expect(assign(trial("x", "bf")).log).toBeNull());
});

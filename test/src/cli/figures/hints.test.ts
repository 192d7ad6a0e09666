import { describe, expect, test } from "vitest";
import { type Fate, HintFigures, USEFUL_MS } from "../../../../src/cli/figures/hints.ts";
import { newTrace, type Trace } from "../../../../src/telemetry.ts";

const START = Date.UTC(2026, 10, 28);
const at = (ms: number) => new Date(START + ms).toISOString();
const base = { source: "00aa", variant: "w:320/f:webp#11111111", time: at(0) };
const hint = (over: Partial<Trace> = {}): Trace => ({
  ...newTrace("warm", "weur", "MAD"),
  ...{ ...base, outcome: "made" as const },
  ...over,
});
const read = (over: Partial<Trace> = {}): Trace => ({ ...newTrace("reader", "weur", "MAD"), ...base, ...over });
/** The log goes on for two hours. */
const later = { ...newTrace("reader", "weur", "MAD"), time: at(2 * USEFUL_MS) };

const summaryOf = (lines: readonly Trace[]) => {
  const figures = new HintFigures();
  for (const line of lines) figures.add(line);
  return figures.summary();
};
const fateOf = (lines: readonly Trace[]) => {
  const { fates } = summaryOf(lines);
  return (Object.keys(fates) as Fate[]).filter((fate) => fates[fate] > 0);
};
const OTHER = "w:640/f:webp#22222222";

describe("a hint is", () => {
  test.each([
    ["read at once", [hint(), read(), later], ["read"]],
    ["read at the end of its hour", [hint(), read({ time: at(USEFUL_MS) }), later], ["read"]],
    ["not read a millisecond later", [hint(), read({ time: at(USEFUL_MS + 1) }), later], ["unread"]],
    ["not read by who came before it", [read({ time: at(-1) }), hint(), later], ["unread"]],
    ["read, in whichever order the lines come", [later, read({ time: at(5) }), hint()], ["read"]],
    ["for another size", [hint(), read({ variant: OTHER }), later], ["other"]],
    ["read, though others ask for another size", [hint(), read({ variant: OTHER }), read(), later], ["read"]],
    ["for another region", [hint(), read({ region: "apac" }), later], ["elsewhere"]],
    ["of no use to a reader who got an error", [hint(), read({ reason: "blocked" }), later], ["unread"]],
    ["of no use to another source's reader", [hint(), read({ source: "00bb" }), later], ["unread"]],
    ["too new to say", [hint(), { ...later, time: at(USEFUL_MS - 1) }], ["open"]],
    ["decided with its hour", [hint(), { ...later, time: at(USEFUL_MS) }], ["unread"]],
    ["one, when the region had it already", [hint({ outcome: "present" }), read(), later], ["read"]],
    ["none, when it was refused", [hint({ outcome: "refused" }), later], []],
    ["none, when its source is not sampled", [hint({ source: "" }), later], []],
  ] as const)("%s", (_, lines, fates) => expect(fateOf(lines)).toEqual(fates));
});

test("each hint counts: two of one picture, one of which is read", () => {
  const lines = [hint(), read({ time: at(1) }), hint({ time: at(2) }), later];
  expect(summaryOf(lines).fates).toMatchObject({ read: 1, unread: 1 });
});

test("the mismatches say what was named and what was asked, most first", () => {
  const other = (source: string, variant: string) => [hint({ source }), read({ source, variant })];
  const lines = [...other("1", "w:100#3"), ...other("2", OTHER), ...other("3", OTHER), later];
  expect(summaryOf(lines).mismatches).toEqual([
    ["w:320/f:webp", "w:640/f:webp", 2],
    ["w:320/f:webp", "w:100", 1],
  ]);
});

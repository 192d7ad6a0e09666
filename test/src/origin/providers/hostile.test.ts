import { describe, expect, test } from "vitest";
import { candidatesFor } from "../../../../src/origin/providers/candidates.ts";
import { NOTHING_KNOWN } from "../../../../src/origin/providers/rule.ts";
import { RULES } from "../../../../src/origin/providers/table.ts";
import { PLAIN } from "../../../support/transform.ts";
import { PAIRS } from "./pairs.ts";
import { ALL_RULES } from "./rules.ts";

const WISH = { ...PLAIN, width: 100 };
const known = { ...NOTHING_KNOWN, original: { width: 6000, height: 4000 } };

/** mulberry32: the same numbers on every run. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Texts that a rewritten address must not let out of its place. */
const BITS = [
  "/",
  "//",
  "/../",
  "\\",
  "@",
  "@evil.test",
  "?",
  "#",
  "%",
  "%2f",
  "%00",
  "%0d%0a",
  ":",
  ":8443",
  "&",
  "=",
  ".",
  "..",
  "é",
  "{s}",
  "$&",
  "_b.jpg",
  "px-",
  "size=",
  "max=9",
];
const ROUNDS = process.env.FIRSTLIGHT_LONG === "1" ? 200_000 : 4_000;

describe("a hostile address", () => {
  test("the candidates stay on the rule's own hosts, over HTTPS, whatever is put into a stored address", () => {
    const next = random(15);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    const sources = Object.values(PAIRS).map(({ source }) => source);
    const strays: string[] = [];
    let rewritten = 0;
    for (let round = 0; round < ROUNDS; round++) {
      let source: string = pick(sources);
      for (let change = 0; change <= next() * 3; change++) {
        const at = Math.floor(next() * (source.length + 1));
        source = source.slice(0, at) + pick(BITS) + source.slice(at + (next() < 0.5 ? 1 : 0));
      }
      if (!URL.canParse(source)) continue;
      const canonical = new URL(source).href;
      const list = candidatesFor(canonical, WISH, known, ALL_RULES);
      for (const { url, rule } of list.slice(0, -1)) {
        rewritten++;
        const row = RULES.find(({ id }) => id === rule);
        const { origin, protocol, hostname, port, username, href } = new URL(url);
        const isOwn =
          row?.answers === "same"
            ? origin === new URL(canonical).origin
            : protocol === "https:" && port === "" && username === "" && row?.answers.test(hostname) === true;
        if (!isOwn || href !== url) strays.push(`${canonical} -> ${url}`);
      }
    }
    expect(strays).toEqual([]);
    expect(rewritten).toBeGreaterThan(ROUNDS / 8);
  });

  /** What makes a backtracking pattern slow: a long run of what each group takes, and an end that does not match. */
  const RUNS = [
    "0",
    "a",
    "_",
    "-",
    "/",
    "&",
    "size=",
    "w=1&",
    "px-",
    "1px-",
    ".",
    "%41",
    "=",
    "?",
    "ark:",
    "_full",
    "0,",
    "~",
  ];
  /** Matching 4000 characters takes microseconds in linear time, and ten milliseconds or more in quadratic time. */
  const QUADRATIC_MS = 3;
  const longest = (source: string, run: string, at: number) =>
    `${(source.slice(0, at) + run.repeat(4096)).slice(0, 4_000)}!`;
  /** The fastest of some times, in milliseconds: other work on the machine can only add time. */
  const fastest = (work: () => unknown): number => {
    let least = Number.POSITIVE_INFINITY;
    for (let time = 0; time < 12 && least >= QUADRATIC_MS; time++) {
      const started = performance.now();
      work();
      least = Math.min(least, performance.now() - started);
    }
    return least;
  };
  test("every rule reads a long hostile address in linear time", () => {
    for (const { source } of Object.values(PAIRS)) {
      const path = source.indexOf("/", 8);
      for (const run of RUNS) {
        for (const at of [path + 1, Math.floor((path + source.length) / 2), source.length - 4, source.length]) {
          const hostile = longest(source, run, at);
          const ms = fastest(() => candidatesFor(hostile, WISH, known, ALL_RULES));
          expect(ms, hostile.slice(0, 200)).toBeLessThan(QUADRATIC_MS);
        }
      }
    }
  });
  test("the limit tells quadratic matching from linear", () => {
    expect(fastest(() => /\d+px-/.test("0".repeat(4_000)))).toBeGreaterThan(QUADRATIC_MS);
  });
});

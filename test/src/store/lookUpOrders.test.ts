/** The look-up against a slow and plain one, over every order in which three tiers can answer and all they can answer. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Lookup, type LookupOptions, lookUp } from "../../../src/store/lookUp.ts";
import type { Stored, Tier } from "../../../src/store/tiers/tier.ts";
import { openOf } from "../../support/memoryTier.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const NAMES = ["kv", "region", "primary"] as const;
type Name = (typeof NAMES)[number];
const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };

/** What a tier can do. A copy of wrong magic bytes is a miss of its tier already (test/contract/tier.ts). */
const ANSWERS = {
  fresh: { staleSeconds: -60, access: "allowed" },
  revalidate: { staleSeconds: 5, access: "allowed" },
  "if-error": { staleSeconds: 50, access: "allowed" },
  expired: { staleSeconds: 500, access: "allowed" },
  blocked: { staleSeconds: -60, access: "blocked" },
  unlisted: { staleSeconds: -60, access: "unlisted" },
  "unlisted and old": { staleSeconds: 50, access: "unlisted" },
  "older than the epoch": { staleSeconds: -60, access: "absent" },
  miss: null,
  error: null,
  late: null,
} as const;
type Answer = keyof typeof ANSWERS;

/** In which tier the copies are older: near ones or far ones. */
const AGES = {
  "near ones are older": { kv: 3, region: 2, primary: 1 },
  "far ones are older": { kv: 1, region: 2, primary: 3 },
};
type Ages = Readonly<Record<Name, number>>;

const ORDERS: readonly (readonly Name[])[] = NAMES.flatMap((first) =>
  NAMES.filter((name) => name !== first).map((second) => [
    first,
    second,
    ...NAMES.filter((name) => name !== first && name !== second),
  ]),
);

/** Time between two answers, in milliseconds of the fake clock. */
const STEP_MS = 10;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function copyOf(answer: Answer, name: Name, ages: Ages): Stored | null {
  const copy = ANSWERS[answer];
  if (copy === null) return null;
  const storedAt = NOW - 1_000_000 - ages[name] * 1_000;
  return storedOf({ storedAt, freshUntil: NOW - copy.staleSeconds * 1_000, maker: copy.access });
}

async function real(order: readonly Name[], answers: Readonly<Record<Name, Answer>>, ages: Ages): Promise<Lookup> {
  const at = (name: Name) => (order.indexOf(name) + 1) * STEP_MS;
  const tierOf = (name: Name): Tier => ({
    name,
    label: name,
    get: async () => {
      const answer = answers[name];
      if (answer === "late") return new Promise<never>(() => {});
      await new Promise((resolve) => setTimeout(resolve, at(name)));
      if (answer === "error") throw new Error("simulated");
      return copyOf(answer, name, ages);
    },
    put: async () => "stored",
    delete: async () => {},
  });
  const tiers = { kv: tierOf("kv"), region: tierOf("region"), primary: tierOf("primary") };
  // A tier that hangs is given up at its turn.
  const waits = Object.fromEntries(NAMES.map((name) => [name, answers[name] === "late" ? at(name) : 1_000]));
  const access: LookupOptions["access"] = ({ maker }) => maker as "allowed";
  const looking = lookUp("k", openOf(tiers, waits), { now: () => NOW, windows, access });
  await vi.advanceTimersByTimeAsync(STEP_MS * (NAMES.length + 1));
  return looking;
}

/** Reads the answers one after another, until one is fresh. */
function reference(order: readonly Name[], answers: Readonly<Record<Name, Answer>>, ages: Ages) {
  const fresh = order.findIndex((name) => answers[name] === "fresh");
  const seen = fresh < 0 ? order : order.slice(0, fresh + 1);
  const having = (...wanted: Answer[]) => seen.filter((name) => wanted.includes(answers[name]));
  const newest = (names: readonly Name[]) => [...names].sort((a, b) => ages[a] - ages[b])[0];
  const found = newest(having("fresh")) ?? newest(having("revalidate")) ?? newest(having("if-error")) ?? null;
  const refused = having("blocked").length > 0 ? "blocked" : having("unlisted").length > 0 ? "unlisted" : null;
  const useless = having("expired", "older than the epoch");
  const older = having("fresh", "revalidate", "if-error").filter((name) => found !== null && ages[name] > ages[found]);
  return {
    ...{ found, refused, asked: seen },
    freshness: found === null ? null : answers[found],
    stale: found === null ? [] : [...useless, ...older],
  };
}

test.each(Object.entries(AGES))("all orders of all answers, where %s", { timeout: 120_000 }, async (_, ages) => {
  const kinds = Object.keys(ANSWERS) as Answer[];
  let cases = 0;
  for (const order of ORDERS) {
    for (const kv of kinds) {
      for (const region of kinds) {
        for (const primary of kinds) {
          const answers = { kv, region, primary };
          const { found, refused, asked, stale } = await real(order, answers, ages);
          expect(
            {
              ...{ found: found?.tier ?? null, refused, asked: asked.map(({ tier }) => tier) },
              ...{ freshness: found?.freshness ?? null, stale },
            },
            JSON.stringify({ order, answers }),
          ).toEqual(reference(order, answers, ages));
          cases++;
        }
      }
    }
  }
  expect(cases).toBe(6 * kinds.length ** 3);
});

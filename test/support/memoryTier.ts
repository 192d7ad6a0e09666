/** A tier in memory, for tests of the code that uses tiers. The test sets its delays and failures. */
import type { OpenTier, Stored, Tier } from "../../src/store/tiers/tier.ts";

export type MemoryTier = Tier & { readonly held: Map<string, Stored>; gets: number; readonly overtaken: boolean[] };

export type Behaviour = { readonly getMs?: number; readonly fail?: boolean; readonly hang?: boolean };

export function memoryTier(name: string, behaviour: Behaviour = {}): MemoryTier {
  const held = new Map<string, Stored>();
  const act = async () => {
    if (behaviour.hang === true) await new Promise(() => {});
    if (behaviour.getMs !== undefined) await new Promise((resolve) => setTimeout(resolve, behaviour.getMs));
    if (behaviour.fail === true) throw new Error(`${name} is down (simulated)`);
  };
  return {
    name,
    label: name,
    held,
    gets: 0,
    /** Of each read, when it ended: whether another tier had answered meanwhile. */
    overtaken: [],
    async get(key, overtaken) {
      this.gets++;
      await act();
      this.overtaken.push(overtaken?.aborted === true);
      return held.get(key) ?? null;
    },
    async put(key, stored, options = {}) {
      await act();
      if (options.ifAbsent === true && held.has(key)) return "present";
      held.set(key, stored);
      return "stored";
    },
    async delete(key) {
      await act();
      held.delete(key);
    },
  };
}

const POLICIES = {
  edge: { stage: 0, filledFrom: ["kv", "region", "primary", "made"], writeWindowMs: 0, consistent: false },
  kv: { stage: 1, filledFrom: ["region", "primary"], writeWindowMs: 600_000, consistent: false },
  region: { stage: 1, filledFrom: ["primary", "made"], writeWindowMs: 0, consistent: true },
  primary: { stage: 1, filledFrom: ["made"], writeWindowMs: 0, consistent: true },
} as const;

/** Tiers with the same policies as the tier table. tierTable.workerd.test.ts compares the two. */
export function openOf(
  tiers: Readonly<Partial<Record<keyof typeof POLICIES, Tier | null>>>,
  waits: Readonly<Partial<Record<keyof typeof POLICIES, number>>> = {},
): readonly OpenTier[] {
  return (Object.keys(POLICIES) as (keyof typeof POLICIES)[]).flatMap((name) => {
    const tier = tiers[name] ?? null;
    const rest = {
      waitMs: waits[name] ?? 1_000,
      seenByWarm: true,
      readByWarm: true,
      sharedBy: "world",
      usdPerMillionReads: 0,
    } as const;
    return tier === null ? [] : [{ row: { ...POLICIES[name], ...rest }, tier }];
  });
}

export { POLICIES };

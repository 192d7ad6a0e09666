/** A tier in memory, for tests of the code that uses tiers. The test sets its delays and failures. */
import { TIER_POLICIES } from "../../src/store/tierPolicies.ts";
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
      if (name !== "edge" && name !== "kv") overtaken?.onAnswer?.(held.has(key));
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

/** These tiers with their policies. `waits`: how long each is waited for, in milliseconds. */
export function openOf(
  tiers: Readonly<Partial<Record<keyof typeof TIER_POLICIES, Tier | null>>>,
  waits: Readonly<Partial<Record<keyof typeof TIER_POLICIES, number>>> = {},
): readonly OpenTier[] {
  return (Object.keys(TIER_POLICIES) as (keyof typeof TIER_POLICIES)[]).flatMap((name) => {
    const tier = tiers[name] ?? null;
    return tier === null ? [] : [{ row: { ...TIER_POLICIES[name], waitMs: waits[name] ?? 1_000 }, tier }];
  });
}

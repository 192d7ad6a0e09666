/** A tier in memory for tests of what uses tiers: its delays and failures are set by the test. */
import type { Stored, Tier, TierName } from "../../src/store/tiers/tier.ts";

export type MemoryTier = Tier & { readonly held: Map<string, Stored>; gets: number };

export type Behaviour = { readonly getMs?: number; readonly fail?: boolean; readonly hang?: boolean };

export function memoryTier(name: TierName, behaviour: Behaviour = {}): MemoryTier {
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
    async get(key) {
      this.gets++;
      await act();
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

/** Purges of the stores of a test, a step at a time. */
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { type PurgeLimits, type PurgeTarget, purgeStep } from "../../src/store/purge.ts";
import { purgeStores } from "../../src/store/tierTable.ts";
import { keysOf } from "./sourceInStores.workerd.ts";

export const heldOf = async (source: string) => (await keysOf(source)).length;
export const step = (target: PurgeTarget, cursor: string | null = null, limits: Partial<PurgeLimits> = {}) =>
  purgeStep(target, { stores: purgeStores(env), cursor }, limits);

/** Steps of few operations until done. */
export async function all(
  target: PurgeTarget,
  limits: Partial<PurgeLimits>,
): Promise<{ deleted: number; steps: number }> {
  let [deleted, steps, cursor] = [0, 0, null as string | null];
  do {
    const page = await step(target, cursor, limits);
    deleted += page.deleted;
    steps++;
    cursor = page.cursor;
    expect(page.done).toBe(cursor === null);
  } while (cursor !== null);
  return { deleted, steps };
}

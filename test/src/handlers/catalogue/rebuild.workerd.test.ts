/** The databases for look-ups, made from the log again. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../../src/catalogue/outcome.ts";
import { logKey, logText } from "../../../../src/catalogue/outcomeLog.ts";
import { PROJECTION_LOOK_UP, shardOfId } from "../../../../src/catalogue/projection.ts";
import { rebuildStep } from "../../../../src/handlers/catalogue/rebuild.ts";
import { latestOf, logObjects, outcomeOf } from "../../../support/catalogue/outcomes.ts";
import { choices } from "../../../support/seeded.ts";

const DATABASES = ["CATALOGUE_0", "CATALOGUE_1"] as const;

function databaseOf(shard: number): D1Database | null {
  const name = DATABASES[shard];
  return name === undefined ? null : (Reflect.get(env, name) as D1Database);
}

async function stored(id: string) {
  return databaseOf(shardOfId(id))?.prepare(PROJECTION_LOOK_UP).bind(id).first() ?? null;
}

async function rebuild(run: string, objects: number): Promise<{ projected: number; steps: number }> {
  let [projected, steps, cursor] = [0, 0, null as string | null];
  do {
    const step = await rebuildStep(run, cursor, { bindings: env }, objects);
    expect(step.done).toBe(step.cursor === null);
    projected += step.projected;
    steps++;
    cursor = step.cursor;
  } while (cursor !== null);
  return { projected, steps };
}

async function writeLog(run: string, outcomes: readonly Outcome[]): Promise<void> {
  for (const [key, text] of logObjects(run, outcomes, 10)) await env.R2_PRIMARY.put(key, text);
}

describe("rebuild", () => {
  test("any log in any order: each picture has its latest outcome; a second rebuild changes nothing", async () => {
    const { below } = choices(7);
    // Times are all different: of two equal ones the database keeps either.
    const log = Array.from({ length: 120 }, (_, i) => ({
      ...outcomeOf(1 + below(40), i),
      checkedAt: 1_000 + ((i * 77) % 120),
    }));
    await writeLog("any", log);
    expect(await rebuild("any", 5)).toEqual({ projected: 120, steps: 3 });
    const ids = [...new Set(log.map(({ id }) => id))].filter((id) => databaseOf(shardOfId(id)) !== null);
    expect(ids.length).toBeGreaterThan(1);
    const rows = await Promise.all(ids.map(stored));
    for (const [i, id] of ids.entries()) {
      const [latest] = latestOf(log, id);
      const { source, status, http, checkedAt: checked_at, dhash, original } = latest as Outcome;
      const sides = { width: original?.width ?? null, height: original?.height ?? null };
      expect(rows[i]).toMatchObject({ id, source, status, http, checked_at, dhash, ...sides });
    }
    expect(await rebuild("any", 100)).toEqual({ projected: 120, steps: 1 });
    expect(await Promise.all(ids.map(stored))).toEqual(rows);
  });

  test("an older log changes nothing", async () => {
    const id = Array.from({ length: 99 }, (_, i) => outcomeOf(500 + i).id).find((one) => shardOfId(one) === 0) ?? "";
    const number = Number.parseInt(id.slice(-12), 16);
    await writeLog("new", [{ ...outcomeOf(number), status: "gone", checkedAt: 2_000 }]);
    await writeLog("old", [{ ...outcomeOf(number), status: "html", checkedAt: 1_999 }]);
    await rebuild("new", 5);
    await rebuild("old", 5);
    expect(await stored(id)).toMatchObject({ status: "gone", checked_at: 2_000 });
  });

  test("a damaged line is counted, and does not hold up the others", async () => {
    const outcome = { ...outcomeOf(900), checkedAt: 1 };
    await env.R2_PRIMARY.put(logKey("damaged", "a".repeat(16), 0, 0), `{"v":1}\nno json\n${logText([outcome])}`);
    const step = await rebuildStep("damaged", null, { bindings: env });
    expect(step).toEqual({ projected: 1, unreadable: 2, cursor: null, done: true });
  });

  test("a run without outcomes is done at once; without a database it is refused", async () => {
    expect(await rebuildStep("none", null, { bindings: env })).toEqual({
      ...{ projected: 0, unreadable: 0, cursor: null, done: true },
    });
    const { CATALOGUE_0: _, CATALOGUE_1: __, ...bindings } = env as Env & Record<string, unknown>;
    await expect(rebuildStep("any", null, { bindings: bindings as Env })).rejects.toMatchObject({
      reason: "body_invalid",
      facts: { why: "no database is bound: CATALOGUE_0 to CATALOGUE_15" },
    });
  });
});

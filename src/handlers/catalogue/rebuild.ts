/**
 * Fills the databases for look-ups from the log again, a step at a time: after one was lost, or when a worker could not
 * reach it. An outcome that is older than the one in the database changes nothing, so a step may be sent twice, and a run
 * may be under way meanwhile.
 */
import { type Outcome, readOutcome } from "../../catalogue/outcome.ts";
import { logPrefix } from "../../catalogue/outcomeLog.ts";
import { PROJECTION_SHARDS } from "../../catalogue/projection.ts";
import { BadRecord } from "../../catalogue/record.ts";
import type { App } from "../../context/app.ts";
import { Failure } from "../../errors.ts";
import { project } from "../../jobs/catalogue/chunkLog.ts";

export type RebuildStep = {
  /** Outcomes that were read, and lines that are none. */
  readonly projected: number;
  readonly unreadable: number;
  /** Where the next step begins; null = there is none. */
  readonly cursor: string | null;
  readonly done: boolean;
};

/** Objects of the log that one step reads: up to 10 000 outcomes. */
const STEP_OBJECTS = 100;
/** So many of them are in memory at a time: up to 1 000 outcomes, with the longest addresses 10 MB. */
const AT_ONCE = 10;

/** `cursor`: null = from the beginning. Throws Failure `body_invalid` when no database is bound. */
export async function rebuildStep(
  run: string,
  cursor: string | null,
  { bindings }: Pick<App, "bindings">,
  objects: number = STEP_OBJECTS,
): Promise<RebuildStep> {
  if (!Array.from({ length: PROJECTION_SHARDS }, (_, shard) => `CATALOGUE_${shard}`).some((name) => name in bindings)) {
    throw new Failure("body_invalid", {
      why: `no database is bound: CATALOGUE_0 to CATALOGUE_${PROJECTION_SHARDS - 1}`,
    });
  }
  const bucket = bindings.R2_PRIMARY;
  const prefix = logPrefix(run);
  const startAfter = cursor === null ? {} : { startAfter: prefix + cursor };
  const page = await bucket.list({ prefix, limit: objects, ...startAfter });
  let projected = 0;
  let unreadable = 0;
  for (let i = 0; i < page.objects.length; i += AT_ONCE) {
    const some = page.objects.slice(i, i + AT_ONCE);
    const texts = await Promise.all(some.map(async ({ key }) => (await bucket.get(key))?.text() ?? ""));
    const lines = texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
    const outcomes = lines.flatMap(outcomeOrNone);
    if (outcomes.length > 0) await project(bindings, outcomes);
    projected += outcomes.length;
    unreadable += lines.length - outcomes.length;
  }
  const last = page.objects.at(-1)?.key.slice(prefix.length) ?? null;
  return { projected, unreadable, cursor: page.truncated ? last : null, done: !page.truncated };
}

/** A damaged line must not hold up all that follow. */
function outcomeOrNone(line: string): readonly Outcome[] {
  try {
    return [readOutcome(line)];
  } catch (error) {
    if (error instanceof BadRecord) return [];
    throw error;
  }
}

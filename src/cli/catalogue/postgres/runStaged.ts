/** A job from its start, or from where it was interrupted, to its end: collect rows, then write them to the table. */
import type pg from "pg";
import { Progress } from "../progress.ts";
import { applyStaged } from "./apply.ts";
import { dropOthers, endJob, endStaging, type Job, type JobState, openJob, readState } from "./job.ts";
import { openIncoming, type StagedRow, stagePage } from "./stage.ts";
import type { UpdatePlan } from "./updateSql.ts";

/** Where the rows come from. A cursor is a text that only the collector reads. */
export type Collect = {
  /** `previous`: what `end` gave after the last job of the same name. */
  begin(previous: string | null): string;
  /** The rows after the cursor, page by page, each with the cursor behind it. */
  pages(cursor: string): AsyncIterable<{ readonly rows: readonly StagedRow[]; readonly cursor: string }>;
  /** What the next job of this name begins with; null = as if there had been none. */
  end(cursor: string): string | null;
};

/**
 * The job is called `${family} ${variant}`: an interrupted one of another variant is dropped. Throws WrongInput, and what
 * `collect` throws; the job then goes on from there at the next call.
 */
export async function runStaged(
  client: pg.ClientBase,
  { family, variant }: { readonly family: string; readonly variant: string },
  plan: UpdatePlan,
  collect: Collect,
  signal: AbortSignal,
): Promise<JobState> {
  let job = await openJob(client, `${family} ${variant}`, plan, collect.begin);
  await dropOthers(client, job, `${family} `);
  if (job.state.phase === "stage") {
    await openIncoming(client, job);
    for await (const { rows, cursor } of collect.pages(job.state.cursor)) {
      signal.throwIfAborted();
      await stagePage(client, job, rows, cursor);
    }
    await endStaging(client, job);
    job = await readState(client, job);
  }
  await applyAll(client, job, signal);
  return endJob(client, job, collect.end(job.state.cursor));
}

/** Counts are those of this call. */
async function applyAll(client: pg.ClientBase, job: Job, signal: AbortSignal): Promise<void> {
  const counts = { rows: 0, changed: 0, longest: 0 };
  const progress = new Progress("rows compared");
  await applyStaged(client, job, signal, ({ rows, changed, ms, held }) => {
    counts.rows += rows;
    counts.changed += changed;
    counts.longest = Math.max(counts.longest, Math.ceil(ms));
    const { changed: all, longest } = counts;
    progress.show(counts.rows, { changed: all, "locked by others": held, "ms for the longest update": longest });
  });
  progress.end();
}

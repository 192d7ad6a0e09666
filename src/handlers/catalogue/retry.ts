/**
 * Takes pictures up again whose outcome may change. A step goes through some objects of the log, writes the pictures into
 * new parts of their hosts, and gives the feeds a further round of host lists (retryRound.ts).
 */
import { logPrefix, readLog } from "../../catalogue/outcomeLog.ts";
import { STATUS_NAMES, STATUSES, type Status } from "../../catalogue/status.ts";
import type { App } from "../../context/app.ts";
import { Failure } from "../../errors.ts";
import type { CatalogueOrder } from "../../request/control/catalogueOrder.ts";
import { type Found, RETRY_PARTS, resumeRound, settledIds, writeRound } from "./retryRound.ts";

export type RetryStep = {
  readonly retried: number;
  readonly cursor: string | null;
  readonly done: boolean;
};

/** Objects of the log that one step reads. */
const STEP_OBJECTS = 200;
/** Tells the feeds how many rounds the run has now. */
type Tell = (rounds: number) => Promise<void>;

/** Throws Failure `body_invalid` for a status that is none; `queue_full` while another step writes. */
export async function retryStep(
  { run: name, statuses, cursor }: Extract<CatalogueOrder, { action: "retry" }>,
  tell: Tell,
  { bindings, now }: Pick<App, "bindings" | "now">,
): Promise<RetryStep> {
  const bucket = bindings.R2_PRIMARY;
  const wanted = wantedOf(statuses);
  await resumeRound(bucket, name, tell, now());
  const prefix = logPrefix(name);
  const page = await bucket.list({
    prefix,
    limit: STEP_OBJECTS,
    ...(cursor === null ? {} : { startAfter: prefix + cursor }),
  });
  const byHost = new Map<string, Found>();
  for (const { key } of page.objects) {
    const { host16, part } = placeOf(key, prefix);
    if (part >= RETRY_PARTS) continue;
    const object = await bucket.get(key);
    if (object === null) continue;
    for (const { id, url, host, status } of readLog(await object.text())) {
      if (!wanted.has(status)) continue;
      const found = byHost.get(host16) ?? { host, rows: [], logs: [] };
      found.rows.push({ id, url });
      found.logs.push(key);
      byHost.set(host16, found);
    }
  }
  for (const [host16, found] of byHost) {
    // A later round has decided of these.
    const settled = await settledIds(bucket, name, host16, found, (status) => wanted.has(status));
    const kept = [...found.rows.keys()].filter((i) => !settled.has(found.rows[i]?.id ?? ""));
    if (kept.length === 0) byHost.delete(host16);
    else byHost.set(host16, { ...found, ...picked(found, kept) });
  }
  if (byHost.size > 0) await writeRound(bucket, name, byHost, tell, now());
  const retried = [...byHost.values()].reduce((sum, { rows }) => sum + rows.length, 0);
  const last = page.objects.at(-1)?.key.slice(prefix.length) ?? null;
  return { retried, cursor: page.truncated ? last : null, done: !page.truncated };
}

function wantedOf(statuses: readonly string[]): ReadonlySet<Status> {
  if (statuses.length === 0) return new Set(STATUS_NAMES.filter((status) => STATUSES[status].retried));
  const known = statuses.flatMap((text) => STATUS_NAMES.find((status) => status === text) ?? []);
  if (known.length === statuses.length) return new Set(known);
  throw new Failure("body_invalid", { why: `statuses must be of ${STATUS_NAMES.join(", ")}` });
}

function placeOf(key: string, prefix: string): { readonly host16: string; readonly part: number } {
  const [host16 = "", name = ""] = key.slice(prefix.length).split("/");
  return { host16, part: Number.parseInt(name, 10) };
}

function picked({ rows, logs }: Found, kept: readonly number[]): Pick<Found, "rows" | "logs"> {
  return { rows: kept.flatMap((i) => rows[i] ?? []), logs: kept.flatMap((i) => logs[i] ?? []) };
}

/**
 * Takes pictures up again whose outcome may change. A step goes through some objects of the log, writes the pictures into
 * new parts of their hosts, and gives the feeds a further round of host lists (retryRound.ts).
 */
import { readRow } from "../../catalogue/manifestRow.ts";
import { logPrefix, readLog } from "../../catalogue/outcomeLog.ts";
import { partKey } from "../../catalogue/part.ts";
import { STATUS_NAMES, STATUSES, type Status } from "../../catalogue/status.ts";
import type { App } from "../../context/app.ts";
import { Failure } from "../../errors.ts";
import type { CatalogueOrder } from "../../request/control/catalogueOrder.ts";
import { type Found, RETRY_PARTS, resumeRound, writeRound } from "./retryRound.ts";

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
  const settled = new Map<string, ReadonlySet<string>>();
  for (const { key } of page.objects) {
    const { host16, part } = placeOf(key, prefix);
    if (part >= RETRY_PARTS) continue;
    const object = await bucket.get(key);
    if (object === null) continue;
    for (const { id, url, host, status } of readLog(await object.text())) {
      if (!wanted.has(status)) continue;
      // A later round has decided of it.
      const later = settled.get(host16) ?? (await settledIds(bucket, name, host16, wanted));
      settled.set(host16, later);
      if (later.has(id)) continue;
      const found = byHost.get(host16) ?? { host, rows: [] };
      found.rows.push({ id, url });
      byHost.set(host16, found);
    }
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

/**
 * The identifiers that an earlier retry has taken up, and that have no outcome yet or one that is not `wanted`. An order that
 * is sent twice finds them and adds nothing.
 */
async function settledIds(
  bucket: R2Bucket,
  run: string,
  host16: string,
  wanted: ReadonlySet<Status>,
): Promise<ReadonlySet<string>> {
  /** Identifier -> the last part that it stands in. */
  const taken = new Map<string, number>();
  for await (const { key, text } of objects(bucket, retriedParts(run, host16))) {
    const part = Number.parseInt(key.slice(key.lastIndexOf("/") + 1), 10);
    for (const line of text.split("\n").slice(1)) if (line !== "") taken.set(readRow(line).id, part);
  }
  const settled = new Set(taken.keys());
  for await (const { key, text } of objects(bucket, `${logPrefix(run, host16)}${String(RETRY_PARTS).slice(0, 1)}`)) {
    const { part } = placeOf(key, logPrefix(run));
    for (const { id, status } of readLog(text)) if (taken.get(id) === part && wanted.has(status)) settled.delete(id);
  }
  return settled;
}

/** All objects below a prefix, in the order of their keys. One is in memory at a time. */
async function* objects(
  bucket: R2Bucket,
  prefix: string,
): AsyncGenerator<{ readonly key: string; readonly text: string }> {
  for (let startAfter: string | undefined; ; ) {
    const page = await bucket.list({ prefix, ...(startAfter === undefined ? {} : { startAfter }) });
    for (const { key } of page.objects) yield { key, text: (await (await bucket.get(key))?.text()) ?? "" };
    startAfter = page.objects.at(-1)?.key;
    if (!page.truncated || startAfter === undefined) return;
  }
}

/** Prefix of the parts 900000 to 999999 of a host. */
function retriedParts(run: string, host16: string): string {
  return partKey(run, host16, RETRY_PARTS).slice(0, -"00000.jsonl".length);
}

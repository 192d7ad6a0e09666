/**
 * `GET /similar/{id}?k=20`: the pictures that look like one, and its cluster. One row of a database, for everybody.
 * `POST /similar` writes rows. It is signed as `/catalogue` is, with its own path.
 */
import { byShard, shardOfId } from "../catalogue/projection.ts";
import { isObject } from "../catalogue/record.ts";
import {
  MOST_NEIGHBOURS,
  type Named,
  readSimilar,
  SIMILAR_LOOK_UP,
  SIMILAR_SCHEMA,
  SIMILAR_UPSERT,
  type Similar,
  type SimilarRow,
  similarRows,
} from "../catalogue/similar.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { databaseOf } from "../jobs/catalogue/chunkLog.ts";
import { readBlocked } from "../live/ledger.ts";
import { isTakenDown } from "../policy/storedAccess.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { checkSignedBody } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { askedId, limitLookUps, refuseUnknown } from "./labels/lookUps.ts";

const USUAL = 20;

/** Answers `{id, cluster, representative, neighbours: [{id, distance}]}`. Pictures that were taken down are left out. Throws Failure. */
export async function similar(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const id = askedId(http.url, "/similar/");
  const database = databaseOf(app.bindings, shardOfId(id));
  if (database === null) throw new Failure("not_found");
  const most = neighboursOf(http.url);
  job.trace.door = "similar";
  await limitLookUps(app, caller);
  // A database that has never been written to has no table yet.
  await database.prepare(SIMILAR_SCHEMA).run();
  const row = await database.prepare(SIMILAR_LOOK_UP).bind(id).first<SimilarRow>();
  if (row === null) return refuseUnknown(id, app);
  const { source, cluster, representative, neighbours } = readSimilar(row);
  if (isTakenDown(source, app.config)) throw new Failure("blocked");
  const isShown = (one: { readonly source: string }) => !isTakenDown(one.source, app.config);
  return jsonAnswer(200, {
    ...{ id, cluster },
    representative: representative !== null && isShown(representative) ? representative.id : null,
    neighbours: neighbours
      .filter(isShown)
      .slice(0, most)
      .map(({ id: other, distance }) => ({ id: other, distance })),
  });
}

/** Most rows of an order, and bytes of its body. */
const ORDER = { rows: 1_000, bytes: 4_194_304 } as const;

/**
 * Answers `{written, unbound}`: rows whose database is bound, and the others. Pictures that were taken down are left out: the
 * files of the command may be older than the takedown. The same rows may be sent twice. Throws Failure.
 */
export async function writeSimilar(http: Request, app: App, _: Caller, job: Job): Promise<Answer> {
  const { config, now, bindings } = app;
  if (config.catalogueSecret === null) throw new Failure("not_found");
  const body = await readBody(http, ORDER.bytes);
  await checkSignedBody(http.headers, "/similar", body, config.catalogueSecret, now());
  job.trace.door = "similar";
  const { rows } = parseObject(body);
  if (!Array.isArray(rows) || rows.length > ORDER.rows || !rows.every(isSimilar)) {
    throw new Failure("body_invalid", {
      why: `rows must be a list of up to ${ORDER.rows} pictures with their neighbours`,
    });
  }
  const blocks = await readBlocked(bindings.R2_PRIMARY);
  const kept = withoutBlocked(rows, (source) => isTakenDown(source, blocks) || isTakenDown(source, config));
  const written = await Promise.all(
    [...byShard(kept)].map(async ([shard, some]) => {
      const database = databaseOf(bindings, shard);
      if (database === null) return 0;
      await database.prepare(SIMILAR_SCHEMA).run();
      await database.prepare(SIMILAR_UPSERT).bind(similarRows(some)).run();
      return some.length;
    }),
  );
  const sum = written.reduce((total, some) => total + some, 0);
  return jsonAnswer(200, { written: sum, unbound: kept.length - sum });
}

function withoutBlocked(rows: readonly Similar[], isBlocked: (source: string) => boolean): readonly Similar[] {
  return rows.flatMap((row) => {
    const { source, representative, neighbours } = row;
    if (isBlocked(source)) return [];
    const shown = representative !== null && isBlocked(representative.source) ? null : representative;
    return [{ ...row, representative: shown, neighbours: neighbours.filter((one) => !isBlocked(one.source)) }];
  });
}

function isSimilar(value: unknown): value is Similar {
  return (
    isNamed(value) &&
    "cluster" in value &&
    (value.cluster === null || typeof value.cluster === "string") &&
    "representative" in value &&
    (value.representative === null || isNamed(value.representative)) &&
    "neighbours" in value &&
    Array.isArray(value.neighbours) &&
    value.neighbours.every((one) => isNamed(one) && "distance" in one && Number.isInteger(one.distance))
  );
}

function isNamed(value: unknown): value is Named {
  return isObject(value) && typeof value.id === "string" && value.id !== "" && typeof value.source === "string";
}

function neighboursOf(url: string): number {
  const k = new URL(url).searchParams.get("k") ?? String(USUAL);
  if (/^\d{1,2}$/.test(k) && Number(k) >= 1 && Number(k) <= MOST_NEIGHBOURS) return Number(k);
  throw new Failure("url_invalid", { why: `k is ${k.slice(0, 20)}, not 1 to ${MOST_NEIGHBOURS}` });
}

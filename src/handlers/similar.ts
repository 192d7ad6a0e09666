/** `GET /similar/{id}?k=20`: the pictures that look like one, and its cluster. One row of a database, for everybody. */
import { shardOfId } from "../catalogue/projection.ts";
import {
  MOST_NEIGHBOURS,
  readSimilar,
  SIMILAR_LOOK_UP,
  SIMILAR_SCHEMA,
  type SimilarRow,
} from "../catalogue/similar.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { databaseOf } from "../jobs/catalogue/chunkLog.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { askedId, isTakenDown, limitLookUps } from "./labels/lookUps.ts";

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
  if (row === null) throw new Failure("not_found");
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

function neighboursOf(url: string): number {
  const k = new URL(url).searchParams.get("k") ?? String(USUAL);
  if (/^\d{1,2}$/.test(k) && Number(k) >= 1 && Number(k) <= MOST_NEIGHBOURS) return Number(k);
  throw new Failure("url_invalid", { why: `k is ${k.slice(0, 20)}, not 1 to ${MOST_NEIGHBOURS}` });
}

/**
 * `POST /labels` orders the recognition of pictures. It is signed as `/purge` is, with its own path and secret.
 * `GET /labels/{id}` says how it stands with one, for everybody.
 */

import { byShard, PROJECTION_ADDRESSES, PROJECTION_SCHEMA } from "../catalogue/projection.ts";
import { labelsKey } from "../catalogue/recognition/labels.ts";
import { messagesOf, type Picture } from "../catalogue/recognition/order.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { databaseOf } from "../jobs/catalogue/chunkLog.ts";
import { ledgerOf, recogniserOf, storedLabels } from "../jobs/recognise/access.ts";
import { isTakenDown } from "../policy/storedAccess.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { checkSignedBody } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { LABELS_LIMITS, readLabelsOrder } from "./labels/labelsOrder.ts";
import { askedId, limitLookUps, refuseTakenDown, refuseUnknown } from "./labels/lookUps.ts";
import { sendInBatches } from "./sendInBatches.ts";

const MICROS = 1_000_000;

/** Answers 202 `{accepted, unknown, budget, spent, open}`: money in dollars. The same order may be sent twice. Throws Failure. */
export async function orderLabels(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const { config, now, bindings } = app;
  const [recogniser, ledger] = [recogniserOf(app), ledgerOf(app)];
  const { RECOGNISE }: Partial<Env> = bindings;
  const isOff = config.labelsSecret === null || recogniser === null || ledger === null || RECOGNISE === undefined;
  if (isOff) throw new Failure("not_found");
  const body = await readBody(http, LABELS_LIMITS.bytes);
  await checkSignedBody(http.headers, "/labels", body, config.labelsSecret, now());
  const { order, budget, ids, pictures: named } = readLabelsOrder(parseObject(body));
  job.trace.door = "labels";
  const found = await addressesOf(ids, app);
  const pictures = [...new Map([...named, ...found].map((picture) => [picture.id, picture])).values()];
  // A budget is rounded down, a price is whole: the sum of the calls stays below.
  const budgetMicros = Math.floor((budget ?? config.labelsBudget) * MICROS);
  // Pictures are open before a worker can ask for them.
  await ledger.open(
    order,
    budgetMicros,
    pictures.map(({ id }) => id),
  );
  const messages = messagesOf(pictures, { origin: caller.origin, region: caller.runsIn });
  await sendInBatches(RECOGNISE, messages);
  const spending = await ledger.spending(order);
  const known = new Set(pictures.map(({ id }) => id));
  return jsonAnswer(202, {
    accepted: pictures.length,
    unknown: ids.filter((id) => !known.has(id)),
    budget: budgetMicros / MICROS,
    spent: (spending?.spentMicros ?? 0) / MICROS,
    open: spending?.open ?? 0,
  });
}

/** Answers `{id, status, reason, provider, model, modelVersion, at, labels}`, or `{id, status: "pending"}`. Throws Failure. */
export async function labels(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const ledger = ledgerOf(app);
  if (app.config.labelsSecret === null || ledger === null) throw new Failure("not_found");
  const id = askedId(http.url, "/labels/");
  job.trace.door = "labels";
  await limitLookUps(app, caller);
  const { R2_PRIMARY } = app.bindings;
  const known = await storedLabels(R2_PRIMARY, id);
  if (known !== null && isTakenDown(known.source, app.config)) {
    // What says only that the picture was refused stays: it is the answer to the next look-up too.
    if (known.labels.length > 0) await R2_PRIMARY.delete(await labelsKey(id));
    throw new Failure("blocked");
  }
  // What has failed may have been ordered again.
  const isPending = (known === null || known.status === "failed") && (await ledger.isOpen(id));
  if (isPending) {
    // The ledger knows no addresses.
    if (known === null) await refuseTakenDown(id, app);
    return jsonAnswer(200, { id, status: "pending" });
  }
  if (known === null) return refuseUnknown(id, app);
  const { v: _, source: __, ...shown } = known;
  return jsonAnswer(200, shown);
}

async function addressesOf(ids: readonly string[], { bindings }: App): Promise<readonly Picture[]> {
  const shards = byShard(ids.map((id) => ({ id })));
  const found = await Promise.all(
    [...shards].map(async ([shard, some]) => {
      const database = databaseOf(bindings, shard);
      if (database === null) return [];
      await database.prepare(PROJECTION_SCHEMA).run();
      const wanted = JSON.stringify(some.map(({ id }) => id));
      return (await database.prepare(PROJECTION_ADDRESSES).bind(wanted).all<Picture>()).results;
    }),
  );
  return found.flat();
}

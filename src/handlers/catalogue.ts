/**
 * `POST /catalogue`: starts, pauses and resumes a run that was imported, says how it stands, takes failed pictures up
 * again, and fills the databases from the log. Signed as `/purge` is, with its own path and secret. Each order may be sent twice.
 */
import type { FeedStatus } from "../catalogue/feed/feedStatus.ts";
import type { FeedSettings } from "../catalogue/feed/port.ts";
import { BadRecord } from "../catalogue/record.ts";
import { type Run, readRun, runKey, SHARDS } from "../catalogue/run.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { readCatalogueOrder } from "../request/control/catalogueOrder.ts";
import { parseObject, readBody } from "../request/control/jsonBody.ts";
import { checkSignedBody } from "../request/signing/signedBody.ts";
import { type Answer, jsonAnswer } from "../respond/answer.ts";
import { statusAnswer } from "./catalogue/answer.ts";
import { rebuildStep } from "./catalogue/rebuild.ts";
import { retryStep } from "./catalogue/retry.ts";

const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard);

/** Answers the run's status; `retry` `{retried, cursor, done}`, `rebuild` `{projected, unreadable, cursor, done}`. Throws Failure. */
export async function catalogue(http: Request, app: App, caller: Caller, job: Job): Promise<Answer> {
  const { config, now } = app;
  if (config.catalogueSecret === null) throw new Failure("not_found");
  const body = await readBody(http);
  await checkSignedBody(http.headers, "/catalogue", body, config.catalogueSecret, now());
  const order = readCatalogueOrder(parseObject(body));
  job.trace.door = "catalogue";
  const run = await runOf(order.run, app);
  if (order.action === "rebuild") return jsonAnswer(200, await rebuildStep(order.run, order.cursor, app));
  if (order.action === "retry") {
    if (order.cursor === null) await toFeeds((feed) => feed.reopen(order.run), app);
    const tell = (rounds: number) => toFeeds((feed, settings) => feed.setRounds(order.run, rounds, settings), app);
    return jsonAnswer(200, await retryStep(order, tell, app));
  }
  if (order.action === "start" || order.action === "resume") {
    const from = { origin: caller.origin, region: caller.runsIn };
    await toFeeds((feed, settings) => feed.start(order.run, run.settings, from, settings), app);
  }
  if (order.action === "pause") await toFeeds((feed) => feed.pause(order.run), app);
  return jsonAnswer(200, statusAnswer(run, await statuses(order.run, app)));
}

/** Throws Failure `body_invalid` when there is no such run, or its import has not ended. */
async function runOf(name: string, { bindings }: App): Promise<Run> {
  const object = await bindings.R2_PRIMARY.get(runKey(name));
  if (object === null) throw new Failure("body_invalid", { why: `there is no run ${name}: import it first` });
  try {
    return readRun(await object.text());
  } catch (error) {
    if (error instanceof BadRecord) throw new Failure("body_invalid", { why: `${runKey(name)}: ${error.message}` });
    throw error;
  }
}

type Feed = DurableObjectStub<import("../catalogue/feed/catalogueFeed.ts").CatalogueFeed>;

function feedAt(shard: number, { bindings }: App): Feed {
  return bindings.CATALOGUE_FEED.get(bindings.CATALOGUE_FEED.idFromName(String(shard)));
}

async function toFeeds(call: (feed: Feed, settings: FeedSettings) => Promise<void>, app: App): Promise<void> {
  const { politeness, catalogueChunkSeconds: chunkSeconds, catalogueLeaseSeconds: leaseSeconds } = app.config;
  await Promise.all(
    ALL_SHARDS.map((shard) => call(feedAt(shard, app), { shard, politeness, chunkSeconds, leaseSeconds })),
  );
}

async function statuses(run: string, app: App): Promise<readonly FeedStatus[]> {
  const answers = await Promise.all(ALL_SHARDS.map((shard) => feedAt(shard, app).status(run)));
  return answers.flatMap((answer) => (answer === null ? [] : [answer as FeedStatus]));
}

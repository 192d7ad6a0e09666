/**
 * CPU of the local R2, D1, KV, queue and Durable Objects, which no deployment pays for, and which share a process with the
 * Worker. A Worker that does nothing else makes the calls of a run again, with the same bytes and metadata.
 */
import { readLog } from "../../src/catalogue/outcomeLog.ts";
import { type Operations, QUEUE_OPERATIONS } from "../../src/catalogue/prices.ts";
import { byShard, PROJECTION_UPSERT, projectionRows } from "../../src/catalogue/projection.ts";
import type { Bucket } from "./generatedRun.ts";

/** What is to be called again. Keys are those of objects in the primary bucket. */
type Order = {
  readonly renditions: readonly string[];
  readonly logs: readonly string[];
  /** The statements of each chunk: the database's binding, and the parameter. */
  readonly statements: readonly (readonly { readonly database: string; readonly rows: string }[])[];
  readonly upsert: string;
  readonly bucketReads: number;
  readonly kvReads: number;
  readonly messages: number;
  /** Calls of Durable Objects, and those of them that write a row. */
  readonly objectCalls: number;
  readonly objectRows: number;
};

/**
 * The Worker. `load` takes the objects into memory, `work` makes the calls. A call of a Durable Object is one of a feed that has
 * no run: it answers at once, and writes a row when the settings have changed.
 */
export const SIMULATORS_SCRIPT = `
let order, renditions, logs, round = 0;
const inTurn = async (count, each, atOnce = 4) => {
  let next = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => { while (next < count) await each(next++); }));
};
export default {
  async fetch(request, env) {
    const bucket = env.R2_PRIMARY;
    const loaded = async (keys) => {
      const all = [];
      for (const key of keys) {
        const { httpMetadata, customMetadata, ...object } = await bucket.get(key).then(async (found) => ({
          bytes: await found.arrayBuffer(), httpMetadata: found.httpMetadata, customMetadata: found.customMetadata }));
        all.push({ key, bytes: object.bytes, attributes: { httpMetadata, customMetadata } });
      }
      return all;
    };
    if (new URL(request.url).pathname === "/load") {
      order = await request.json();
      [renditions, logs] = [await loaded(order.renditions), await loaded(order.logs)];
      return new Response("loaded");
    }
    const name = "simulated/" + round++ + "/";
    await inTurn(renditions.length, async (i) => {
      const { key, bytes, attributes } = renditions[i];
      await bucket.put(name + key, bytes, attributes);
    });
    await inTurn(logs.length, async (i) => {
      const { key, bytes, attributes } = logs[i];
      await bucket.put(name + key, bytes, { ...attributes, onlyIf: { etagDoesNotMatch: "*" } });
      await Promise.all(order.statements[i].map(({ database, rows }) => env[database].prepare(order.upsert).bind(rows).run()));
    }, 1);
    await inTurn(order.bucketReads, async (i) => {
      const { key } = logs[i % logs.length];
      await (await bucket.get(key, { range: { offset: 0, length: 8192 } })).arrayBuffer();
    });
    await inTurn(order.kvReads, () => env.THUMBS.get("nothing"));
    await inTurn(order.messages, () => env.CATALOGUE.sendBatch([{ body: { v: 0, text: "x".repeat(250) } }]));
    const feed = env.CATALOGUE_FEED.get(env.CATALOGUE_FEED.idFromName("simulated"));
    let writes = 0;
    await inTurn(order.objectCalls, (i) => {
      if (i < order.objectRows) writes++;
      return feed.setRounds("nothing", 1, { shard: 0, politeness: {}, chunkSeconds: 60, leaseSeconds: 100 + writes + 1e6 * round });
    });
    return new Response("done");
  },
};
`;

export type Simulators = {
  /** Makes the calls of the run that was loaded. */
  work(): Promise<void>;
};

/** Loads what a run has stored. `url`: of the Worker. `logKeys`: of the run's log; `operations`: those that it has counted. */
export async function loadSimulators(
  url: string,
  bucket: Bucket,
  logKeys: readonly string[],
  operations: Operations,
): Promise<Simulators> {
  const chunks = await Promise.all(logKeys.map(async (key) => readLog((await (await bucket.get(key))?.text()) ?? "")));
  const { r2Read = 0, kvRead = 0, queueOperation = 0, objectRequest = 0, objectRowWritten = 0 } = operations;
  const order: Order = {
    renditions: chunks.flat().flatMap(({ rendition }) => (rendition === null ? [] : [rendition.key])),
    logs: logKeys,
    // Rows of their own, so that they are inserted as those of the run were.
    statements: chunks.map((outcomes) =>
      [...byShard(outcomes)].map(([shard, some]) => ({
        database: `CATALOGUE_${shard}`,
        rows: projectionRows(some.map((outcome) => ({ ...outcome, id: `simulated ${outcome.id}` }))),
      })),
    ),
    upsert: PROJECTION_UPSERT,
    ...{ bucketReads: r2Read, kvReads: kvRead, messages: Math.round(queueOperation / QUEUE_OPERATIONS) },
    // A call writes one row at most, so fewer rows may be written than the run did: what is subtracted is rather too little.
    ...{ objectCalls: objectRequest, objectRows: Math.min(objectRowWritten, objectRequest) },
  };
  const post = async (path: string, body: string) => {
    const response = await fetch(`${url}${path}`, { method: "POST", body });
    if (!response.ok) throw new Error(await response.text());
  };
  await post("/load", JSON.stringify(order));
  return { work: () => post("/work", "") };
}

/** One try of one picture of a catalogue: rendered, stored, and what is to be written down of it. */
import type { Work } from "../../catalogue/feed/port.ts";
import type { ManifestRow } from "../../catalogue/manifestRow.ts";
import type { OriginalFacts, Outcome } from "../../catalogue/outcome.ts";
import { pictureRequest } from "../../catalogue/pictureRequest.ts";
import type { Operations } from "../../catalogue/prices.ts";
import type { App } from "../../context/app.ts";
import type { Caller } from "../../context/caller.ts";
import { type Job, newJob } from "../../context/job.ts";
import { asFailure, Failure } from "../../errors.ts";
import { type Facts, factsOf } from "../../image/facts.ts";
import { fetchInfo } from "../../rendition/info/fetchInfo.ts";
import { type Alone, renderAlone } from "../../rendition/renderAlone.ts";
import type { RenditionRequest } from "../../request/imageRequest.ts";
import { canonicalSource } from "../../request/source/canonicalSource.ts";
import { type SourceKeys, sourceKeys } from "../../store/schema/key.ts";
import { ORIGINAL } from "../../store/sourceMeta.ts";
import { failedOutcome, madeOutcome, originalFacts, statusOfFailure } from "./outcomes.ts";
import type { Pacer } from "./pacer.ts";
import type { Tried } from "./rows.ts";

/** What the pictures of a chunk have taken. */
export type Spent = { bytesIn: number; bytesStored: number; operations: Operations };

export type PictureOrder = {
  readonly row: ManifestRow;
  readonly work: Pick<Work, "settings" | "attempt">;
  readonly tries: number;
  readonly last: boolean;
};

/** Rejects with what our own stores throw. `spend` hears what it has taken. */
export async function makePicture(
  { row, work, tries, last }: PictureOrder,
  pacer: Pacer,
  app: App,
  caller: Caller,
  chunk: Job,
  spend: (spent: Spent) => void,
): Promise<Tried> {
  const job = newJob(caller, chunk.waitUntil, { ray: chunk.trace.ray, calls: chunk.calls });
  const { trace } = job;
  // The first request has its turn before the source's time begins. Redirects and second tries take turns of their own.
  let turns = 0;
  const fetch: App["fetch"] = async (input, init) => {
    if (turns++ > 0) await pacer.turn();
    return app.fetch(input, init);
  };
  const known = { checkedAt: app.now(), attempts: tries + work.attempt - 1 };
  try {
    const request = pictureRequest(row.url, work.settings, app.config);
    await pacer.turn();
    const made = await renderAlone(request, { whole: !last }, { ...app, fetch }, caller, job);
    const http = trace.sourceStatus;
    const { bytesIn } = trace;
    if (made.writes > 0)
      spend({ bytesIn, bytesStored: made.stored.bytes.length, operations: { r2Write: made.writes } });
    else spend({ bytesIn, bytesStored: 0, operations: {} });
    const original = await originalOf(request, made, work, { ...app, fetch }, caller, job);
    return { kind: "done", outcome: madeOutcome(row, made, http, original, known) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    spend({ bytesIn: trace.bytesIn, bytesStored: 0, operations: {} });
    return triedInVain(row, asFailure(error), trace.sourceStatus, known);
  } finally {
    const { governorCalls } = trace;
    // A governor keeps what it grants on disk.
    if (governorCalls > 0)
      spend({
        bytesIn: 0,
        bytesStored: 0,
        operations: { objectRequest: governorCalls, objectRowWritten: governorCalls },
      });
  }
}

async function triedInVain(
  row: ManifestRow,
  failure: Failure,
  http: number | null,
  known: Pick<Outcome, "checkedAt" | "attempts">,
): Promise<Tried> {
  const keys = await keysOf(row.url);
  const source = keys === null ? "" : `${keys.host16}/${keys.source32}`;
  const status = statusOfFailure(failure, http);
  const outcome = failedOutcome(row, status === "again" ? "failed" : status, failure, http, { ...known, source });
  return status === "again" ? { kind: "again", failure, outcome } : { kind: "done", outcome };
}

/** What the source's own file says: from the bytes in hand, or by a request of its own where the run asks for that. */
async function originalOf(
  request: RenditionRequest,
  { store, source }: Alone,
  { settings }: PictureOrder["work"],
  app: App,
  caller: Caller,
  job: Job,
): Promise<OriginalFacts | null> {
  const facts = await (source.variant === ORIGINAL ? factsOf(source.bytes, source.bytes.length) : asked()).catch(
    unknown,
  );
  return facts === null ? null : originalFacts(facts, null);

  async function asked(): Promise<Facts | null> {
    if (settings.facts !== "header") return null;
    return (await fetchInfo(request, store, null, app, caller, job)).facts;
  }
}

/** Null: the address is none. */
async function keysOf(url: string): Promise<SourceKeys | null> {
  try {
    return await sourceKeys(canonicalSource(url));
  } catch {
    return null;
  }
}

/** Facts that cannot be read are not known. The picture is there all the same. */
function unknown(error: unknown): null {
  asFailure(error);
  return null;
}

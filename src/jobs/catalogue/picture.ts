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
import { blocksOf } from "../../image/formats/codecs.ts";
import { readLocation } from "../../image/metadata/location.ts";
import { fetchInfo } from "../../rendition/info/fetchInfo.ts";
import { type Alone, renderAlone } from "../../rendition/renderAlone.ts";
import type { RenditionRequest } from "../../request/imageRequest.ts";
import { canonicalSource } from "../../request/source/canonicalSource.ts";
import { namesOf } from "../../store/renditionStore.ts";
import { type SourceKeys, sourceKeys } from "../../store/schema/key.ts";
import { ORIGINAL } from "../../store/sourceMeta.ts";
import { r2Tier } from "../../store/tiers/r2.ts";
import { failedOutcome, madeOutcome, notedOutcome, noteOf, originalFacts, statusOfFailure } from "./outcomes.ts";
import type { Pacer } from "./pacer.ts";
import type { Tried } from "./rows.ts";

/** From this attempt on, an error that is no Failure is the picture's. */
const STORE_ATTEMPTS = 20;

/** What the pictures of a chunk have taken. */
export type Spent = { bytesIn: number; bytesStored: number; operations: Operations };

export type PictureOrder = {
  readonly row: ManifestRow;
  readonly work: Pick<Work, "run" | "settings" | "attempt">;
  /** From then on (unix ms) the row may be another worker's: nothing is stored any more. */
  readonly endsAt: number;
  /** Another worker may have made it already, and was lost before it could say so. */
  readonly repeated: boolean;
  readonly tries: number;
  readonly last: boolean;
};

/** Rejects with what our own stores throw, in the first attempts. `spend` hears what it has taken. */
export async function makePicture(
  { row, work, endsAt, tries, last, repeated }: PictureOrder,
  pacer: Pacer,
  app: App,
  caller: Caller,
  chunk: Job,
  spend: (spent: Spent) => void,
): Promise<Tried> {
  const job = newJob(caller, chunk.waitUntil, { ray: chunk.trace.ray, calls: chunk.calls });
  const { trace } = job;
  // Redirects and second tries are requests of their own.
  const fetch: App["fetch"] = async (input, init) => {
    await pacer.leave();
    return app.fetch(input, init);
  };
  const known = { checkedAt: app.now(), attempts: tries + work.attempt - 1 };
  try {
    const earlier = repeated && tries === 1 ? await madeEarlier(row, work, app, spend) : null;
    if (earlier !== null) return { kind: "done", outcome: earlier };
    const request = pictureRequest(row.url, work.settings, app.config);
    await pacer.begin();
    let outcome: Outcome | undefined;
    const describe = async (alone: Omit<Alone, "writes">): Promise<Outcome> => {
      const http = trace.sourceStatus;
      const original = await originalOf(request, alone, work, { ...app, fetch }, caller, job);
      return (outcome ??= madeOutcome(row, alone, http, original, known));
    };
    const note = async (alone: Omit<Alone, "writes">) => {
      const text = noteOf(work.run, await describe(alone));
      if (app.now() >= endsAt) throw new Error("the lease of the chunk has passed");
      return text;
    };
    const made = await renderAlone(request, { whole: !last, note }, { ...app, fetch }, caller, job);
    const { bytesIn } = trace;
    if (made.writes > 0)
      spend({ bytesIn, bytesStored: made.stored.bytes.length, operations: { r2Write: made.writes } });
    else spend({ bytesIn, bytesStored: 0, operations: {} });
    return { kind: "done", outcome: await describe(made) };
  } catch (error) {
    // A file that breaks our own code would hold up its host for ever. While stores are away, no outcome gets into the log.
    if (!(error instanceof Failure) && work.attempt < STORE_ATTEMPTS) throw error;
    spend({ bytesIn: trace.bytesIn, bytesStored: 0, operations: {} });
    // A slower worker of the same rows may have stored it meanwhile.
    const stored = repeated ? await madeEarlier(row, work, app, spend).catch(unknown) : null;
    if (stored !== null) return { kind: "done", outcome: stored };
    const tried = await triedInVain(row, asFailure(error), trace.sourceStatus, known);
    return error instanceof Failure ? tried : { kind: "done", outcome: tried.outcome };
  } finally {
    const { governorCalls, governorWrites } = trace;
    // A governor keeps what it grants on disk. What it gets back need not be there.
    if (governorCalls > 0)
      spend({
        bytesIn: 0,
        bytesStored: 0,
        operations: { objectRequest: governorCalls, objectRowWritten: governorWrites },
      });
  }
}

/** From the note beside the rendition: a picture that was stored before a crash is not asked for again. */
async function madeEarlier(
  row: ManifestRow,
  { run, settings }: PictureOrder["work"],
  { bindings, config }: App,
  spend: (spent: Spent) => void,
): Promise<Outcome | null> {
  const { key } = await namesOf(pictureRequest(row.url, settings, config));
  spend({ bytesIn: 0, bytesStored: 0, operations: { r2Read: 1 } });
  return notedOutcome(run, row, await r2Tier(bindings.R2_PRIMARY, "primary", "R2_PRIMARY").note(key));
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
  { store, source }: Omit<Alone, "writes">,
  { settings }: PictureOrder["work"],
  app: App,
  caller: Caller,
  job: Job,
): Promise<OriginalFacts | null> {
  const isOriginal = source.variant === ORIGINAL;
  const facts = await (isOriginal ? factsOf(source.bytes, source.bytes.length) : asked()).catch(unknown);
  if (facts === null) return null;
  const exif = isOriginal && settings.location ? (await blocksOf(facts.format, source.bytes)).exif : null;
  return originalFacts(facts, exif === null ? null : readLocation(exif));

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

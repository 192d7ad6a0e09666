/**
 * The render core for a job that works through a catalogue: asks the source, renders, and stores in the primary under the
 * readers' key. No look-up, no coordinator, no list, no kept original, no facts in KV: each of them costs more than the
 * picture, and nobody else asks for it at this moment.
 */
import { MemoryReservation } from "../concurrency/memoryReservation.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { type Header, isOnePixel } from "../image/header.ts";
import type { Look } from "../image/rendition.ts";
import { isShared } from "../keepFailure.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { putRedirect } from "../store/redirects.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { authorize } from "./authorize.ts";
import { mayStore } from "./mayStore.ts";
import { render } from "./renderThumbnail.ts";
import type { FetchedBytes } from "./variant/fetchVariant.ts";
import { walk } from "./variant/walk.ts";

export type Alone = {
  readonly store: RenditionStore;
  readonly source: FetchedBytes;
  readonly stored: Stored;
  /** Of the file that was fetched. */
  readonly header: Header;
  readonly look: Look | null;
  /** Objects written to R2. */
  readonly writes: number;
};

export type AloneOptions = {
  /** A source that ends early is a failure (`source_broken`), since another try may bring all of it. */
  readonly whole: boolean;
  /** What is kept beside the rendition: asked for right before it is stored. */
  readonly note?: (made: Omit<Alone, "writes">) => Promise<string>;
};

/** Throws Failure; `blocked` when it was taken down before it was stored. Also throws what the bucket throws. */
export async function renderAlone(
  request: RenditionRequest,
  { whole, note }: AloneOptions,
  app: App,
  caller: Caller,
  job: Job,
): Promise<Alone> {
  const store = await authorize(request, app, caller, job, { remembers: false });
  const memory = new MemoryReservation(app.state.sourceBytes(app.config), job.priority);
  try {
    const source = await walk({ request, store, stale: null }, app, caller, job, memory);
    if (source.kind === "same") throw new Error("304 without a conditional request");
    const { stored, header, look } = await render(source, request, null, app, caller, job).catch((error: unknown) => {
      throw source.truncated && error instanceof Failure && isShared(error.reason)
        ? new Failure("source_broken", {}, error.reason)
        : error;
    });
    if (whole && stored.meta.cut) throw new Failure("source_broken", {}, "cut");
    const made = { store, source, stored, header, look };
    if (isOnePixel(header)) return { ...made, writes: 0 };
    const noted = note === undefined ? {} : { note: await note(made) };
    if (!(await mayStore(store, app, stored.meta)())) throw new Failure("blocked");
    const outcome = await store.primary.put(store.key, stored, noted);
    if (outcome === "refused") throw new Failure("result_too_large", { value: `${stored.bytes.length} bytes` });
    return { ...made, writes: 1 + (await noteRedirects(source, request, store, app)) };
  } finally {
    memory.release();
  }
}

/**
 * Writes down real redirects, so that a purge of the target finds the picture. Not the addresses of a provider's own sizes:
 * they follow from the source's address by rule, reads check them anyway, and a write for each would double the price.
 */
async function noteRedirects(
  { final, variant }: FetchedBytes,
  { source }: Pick<RenditionRequest, "source">,
  { keys }: RenditionStore,
  { bindings }: App,
): Promise<number> {
  const via = final.via ?? [];
  const isRule = variant !== "original" && via.length === 0;
  if (isRule || final.url === source || final.source32 === keys.source32) return 0;
  const behind = [...via, final];
  await Promise.all(behind.map((address) => putRedirect(bindings.R2_PRIMARY, address, keys)));
  return behind.length;
}

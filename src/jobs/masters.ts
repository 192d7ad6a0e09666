/** The job of the queue `MASTERS`: renders a source's master from its kept original, once. */
import { MemoryReservation } from "../concurrency/memoryReservation.ts";
import type { App } from "../context/app.ts";
import { type Caller, jobCaller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { asFailure } from "../errors.ts";
import { authorize } from "../rendition/authorize.ts";
import { keptOriginal } from "../rendition/handover.ts";
import { MASTER_TRANSFORM, type MasterOrder, parseMasterOrder } from "../rendition/master.ts";
import { mayStore } from "../rendition/mayStore.ts";
import { render } from "../rendition/renderThumbnail.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { r2Tier } from "../store/tiers/r2.ts";
import type { QueueJob } from "./queueJob.ts";

/**
 * A message that cannot be read is dropped, and so is one whose original is gone. The same message twice, or from two
 * regions, makes the master once. Throws Failure, and what the stores throw: the queue then sends the message again.
 */
export const masters: QueueJob<MasterOrder> = {
  parse: parseMasterOrder,
  callerOf: ({ region, origin }) => jobCaller(region, origin),
  async run(order, app, caller, job) {
    const memory = new MemoryReservation(app.state.sourceBytes(app.config), job.priority);
    try {
      await renderMaster(requestOf(order), app, caller, job, memory);
    } catch (error) {
      // What was taken down, asked for or at the end of a redirect, gets no master, however often it is tried.
      if (asFailure(error).reason !== "blocked") throw error;
    } finally {
      memory.release();
    }
  },
};

async function renderMaster(
  request: RenditionRequest,
  app: App,
  caller: Caller,
  job: Job,
  memory: MemoryReservation,
): Promise<void> {
  const store = await authorize(request, app, caller, job);
  const { master } = store.keys;
  const primary = r2Tier(app.bindings.R2_PRIMARY, "primary", "R2_PRIMARY");
  const [present, original] = await Promise.all([
    primary.get(master),
    keptOriginal(store, request.transform, app, caller, memory),
  ]);
  // A master of before KEEP_COPYRIGHT holds no rights, so nothing that keeps them can be derived from it.
  const isMade = present?.meta.sourceHash === original?.sourceHash && present?.meta.whole?.rights === true;
  if (original === null || isMade) return;
  const { stored } = await render(original, request, null, app, caller, job);
  // The request that kept the original may have looked at a part of it only.
  if (stored.meta.cut) return;
  job.trace.stored = true;
  if (await mayStore(store, app, stored.meta)()) await primary.put(master, stored);
}

function requestOf({ source, authority }: MasterOrder): RenditionRequest {
  return { source, authority, transform: MASTER_TRANSFORM, accept: "webp", cachebuster: "" };
}

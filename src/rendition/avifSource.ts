/** From what a rendition's AVIF is rendered: bytes of the same source version, of which nothing was lost to the WebP. */
import type { MemoryReservation } from "../concurrency/memoryReservation.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { type Opened, openFile, readHeader } from "../image/readHeader.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import type { Transform } from "../request/transform.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import type { StoredMeta } from "../store/tiers/tier.ts";
import { chooseParent } from "./chooseParent.ts";
import { keptOriginal } from "./handover.ts";
import type { FetchedBytes } from "./variant/fetchVariant.ts";
import { walk } from "./variant/walk.ts";

export type AvifSource = Opened & { readonly transform: Transform };

/**
 * The kept original, in whichever region it is; else the master, where it has pixels to spare; else the source is asked once
 * more, behind all readers. Null when the source has other bytes by now. Throws Failure, and what the stores throw.
 */
export async function avifSource(
  request: RenditionRequest,
  store: RenditionStore,
  version: Pick<StoredMeta, "sourceHash" | "variant">,
  app: App,
  caller: Caller,
  job: Job,
  memory: MemoryReservation,
): Promise<AvifSource | null> {
  const isSame = (one: Pick<StoredMeta, "sourceHash" | "variant">) =>
    one.sourceHash === version.sourceHash && one.variant === version.variant;
  for (const region of new Set([caller.region, ...app.config.regions])) {
    const kept = await keptOriginal(store, request.transform, app, { region }, memory);
    if (kept !== null && isSame(kept)) return openedWith(kept, request);
  }
  const master = await fromMaster(request, store, isSame, app);
  if (master !== null) return master;
  const fetched = await walk({ request, store, stale: null }, app, caller, job, memory);
  return fetched.kind === "bytes" && isSame(fetched) && !fetched.truncated ? openedWith(fetched, request) : null;
}

async function openedWith({ bytes, fitted }: FetchedBytes, { transform }: RenditionRequest): Promise<AvifSource> {
  const opened = fitted?.opened ?? (await openFile(bytes));
  return { ...opened, transform: fitted?.transform ?? transform };
}

async function fromMaster(
  { transform }: RenditionRequest,
  store: RenditionStore,
  isSame: (one: StoredMeta) => boolean,
  { now }: App,
): Promise<AvifSource | null> {
  const key = store.keys.master;
  const master = await store.primary.get(key);
  if (master === null || !isSame(master.meta) || store.access(master.meta) !== "allowed") return null;
  const { whole } = master.meta;
  if (whole === undefined) return null;
  const parents = [{ key, meta: { ...master.meta, whole } }];
  const derivation = chooseParent({ transform, format: "avif" }, parents, null, now(), store.windows, true);
  if (derivation === null) return null;
  return { bytes: master.bytes, source: readHeader(master.bytes), transform: derivation.transform };
}

/**
 * The picture of a reader who takes AVIF, past the edge: the WebP that everybody gets, or its AVIF once a job has made it.
 * Nobody waits for an AVIF: the WebP is rendered and looked up as ever, and the AVIF is asked for beside it. It counts only
 * beside a WebP of the same bytes of the source, whose freshness it has.
 *
 * At the edge these readers have a variant of their own, which holds what they get: a hit takes one look-up.
 */
import { withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Rendered } from "../context/isolateState.ts";
import type { Job } from "../context/job.ts";
import { makerOf } from "../image/maker.ts";
import { asAvif, canonicalOptions } from "../request/canonical.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { type AvifState, claimAvif } from "../store/avifVerdict.ts";
import { isOutdated } from "../store/freshness.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import { renditionKey, verdictKey } from "../store/schema/key.ts";
import type { EdgeHit } from "../store/tiers/edge.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { type AvifJob, deservesAvif, isAvifOf } from "./avifJob.ts";
import { getRendered } from "./getRendition.ts";
import { mayStore } from "./mayStore.ts";

/** Until the verdict, edge and browser keep the WebP for so long at most. */
export const UNDECIDED_MS = 3_600_000;
/** How long the WebP in hand waits for the AVIF of the nearest store, in milliseconds: it was asked for beside it. */
const NEAR_WAIT_MS = 50;
/** An order that is under way is looked at again after so many milliseconds: requests of one moment look once. */
const ASKED_MS = 5_000;

/** The name at the edge of what readers who take AVIF get. Nothing else has it: an explicit `f:avif` is never a WebP. */
export function edgeKeyOf({ key }: Pick<RenditionStore, "key">): string {
  return `${key}/avif`;
}

/** Throws Failure. What is behind the answer is for `job.waitUntil`. */
export async function getSecondView(
  request: RenditionRequest,
  store: RenditionStore,
  app: App,
  caller: Caller,
  job: Job,
): Promise<EdgeHit> {
  const rendering = getRendered(request, store, app, caller, job);
  const near = readNear(request, store, job).catch(() => null);
  const rendered = await rendering;
  const { stored: webp } = rendered;
  if (!deservesAvif(webp.meta, webp.bytes.length)) {
    job.waitUntil(putAtEdge(webp, webp, store, app));
    return hitOf(webp);
  }
  const view = { request, store, rendered };
  const avif = await withTimeout(near, NEAR_WAIT_MS).catch(() => null);
  const known = knownState(view, app);
  const shown = shownOf(webp, avif, known, store, app.now());
  job.trace.format = shown.meta.format;
  job.waitUntil(settle(view, shown, app, caller, job));
  return hitOf(shown);
}

type View = { readonly request: RenditionRequest; readonly store: RenditionStore; readonly rendered: Rendered };

function hitOf({ meta, bytes }: Stored): EdgeHit {
  return { meta, byteLength: bytes.byteLength, body: bytes };
}

async function readNear(request: RenditionRequest, store: RenditionStore, { calls }: Job): Promise<Stored | null> {
  const key = await avifKey(request, store);
  const tier = store.region ?? store.primary;
  return calls.run("tier", () => tier.get(key));
}

function avifKey(request: RenditionRequest, { keys }: Pick<RenditionStore, "keys">): Promise<string> {
  return renditionKey(keys, canonicalOptions(asAvif(request)));
}

/** The AVIF if it is that of the WebP, else the WebP: until the verdict not for long. */
function shownOf(
  webp: Stored,
  avif: Stored | null,
  state: AvifState | null,
  store: RenditionStore,
  now: number,
): Stored {
  const { storedAt, freshUntil, generation } = webp.meta;
  if (avif !== null && isAvifOf(avif, webp) && store.access(avif.meta) === "allowed") {
    return { bytes: avif.bytes, meta: { ...avif.meta, storedAt, freshUntil, generation } };
  }
  if (state === "not-smaller") return webp;
  return { ...webp, meta: { ...webp.meta, freshUntil: Math.min(freshUntil, now + UNDECIDED_MS) } };
}

/** Behind the answer: what was shown goes to the edge, and from the second view on somebody makes the AVIF. Never rejects. */
async function settle(view: View, shown: Stored, app: App, caller: Caller, job: Job): Promise<void> {
  const { request, store, rendered } = view;
  const { stored: webp, holders } = rendered;
  await putAtEdge(webp, shown, store, app);
  if (shown.meta.format === "avif" || holders === undefined || knownState(view, app) === "not-smaller") return;
  // The copy in KV is what an earlier view has left there.
  if (!(await holders).includes("kv")) return;
  try {
    const state = await stateOf(view, app, caller, job);
    if (state === "asked") return;
    const key = await avifKey(request, store);
    const avif = state === "stored" ? await job.calls.run("tier", () => store.primary.get(key)) : null;
    const better = shownOf(webp, avif, state, store, app.now());
    await putAtEdge(webp, better, store, app);
    if (avif !== null && better.meta.format === "avif" && (await mayStore(store, app, avif.meta)())) {
      await store.region?.put(key, avif);
    }
  } catch (error) {
    console.error(JSON.stringify({ msg: "avif: stores", error: String(error) }));
  }
}

/** A copy that is outdated, or of which nobody knows whether it is, goes to no edge. Never rejects. */
async function putAtEdge(webp: Stored, shown: Stored, store: RenditionStore, app: App): Promise<void> {
  try {
    const known = await store.sourceMetaOrFailure();
    if (known !== null && isOutdated(webp.meta, known)) return;
    if (await mayStore(store, app, shown.meta)()) await store.edge?.put(edgeKeyOf(store), shown);
  } catch {
    // The next view puts it there.
  }
}

function memoryName({ store, rendered }: View): string {
  return `${store.epoch}/${store.key}/${rendered.stored.meta.sourceHash}`;
}

/** What this isolate knows. An order may have been done since. */
function knownState(view: View, { state, now }: Pick<App, "state" | "now">): AvifState | null {
  const known = state.verdicts.get(memoryName(view));
  if (known === undefined || (known.state === "asked" && now() - known.at >= ASKED_MS)) return null;
  return known.state;
}

/** What is known of the AVIF. Where nobody has, this orders it. Rejects when bucket or queue fails. */
async function stateOf(view: View, app: App, caller: Caller, job: Job): Promise<AvifState> {
  const known = knownState(view, app);
  if (known !== null) return known;
  const { request, store, rendered } = view;
  const { R2_PRIMARY, AVIF_JOBS } = app.bindings;
  const name = memoryName(view);
  const remember = (state: AvifState) => app.state.verdicts.set(name, { state, at: app.now() });
  // At once, so that the requests of the same moment leave it to this one.
  remember("asked");
  try {
    const { source, authority, transform, cachebuster } = request;
    const hash = rendered.stored.meta.sourceHash;
    const key = verdictKey(store.key);
    const marks = { source, maker: makerOf("avif") };
    if (!(await mayStore(store, app, rendered.stored.meta)())) return "asked";
    const claim = await job.calls.run("tier", () => claimAvif(R2_PRIMARY, key, hash, marks, app.now()));
    if (!claim.mine) {
      const state = claim.verdict?.state ?? "asked";
      remember(state);
      return state;
    }
    const { region, origin } = caller;
    const message = { v: 1, source, authority, transform, cachebuster, key: store.key, hash, region, origin } as const;
    try {
      await AVIF_JOBS.send(message satisfies AvifJob);
    } catch (error) {
      await R2_PRIMARY.delete(key);
      throw error;
    }
    return "asked";
  } catch (error) {
    app.state.verdicts.delete(name);
    throw error;
  }
}

/** The picture as it is sent to a service: within 1920 x 1080, JPEG. */

import { LEAST_SIDE, SENT } from "../../catalogue/recognition/labels.ts";
import type { Picture } from "../../catalogue/recognition/order.ts";
import type { App } from "../../context/app.ts";
import type { Caller } from "../../context/caller.ts";
import { type Job, newJob } from "../../context/job.ts";
import { asFailure, Failure, type Reason } from "../../errors.ts";
import { authorize } from "../../rendition/authorize.ts";
import { getRendition } from "../../rendition/getRendition.ts";
import { MASTER_TRANSFORM } from "../../rendition/master.ts";
import type { RenditionRequest } from "../../request/imageRequest.ts";
import { canonicalSource } from "../../request/source/canonicalSource.ts";
import { sourceKeys } from "../../store/schema/key.ts";
import { statusOfFailure } from "../catalogue/outcomes.ts";

export type SentPicture =
  | { readonly kind: "jpeg"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Policy, a takedown, or a side that is too short. */
  | { readonly kind: "refused"; readonly reason: Reason | "too-small" }
  /** It is gone, or no picture. */
  | { readonly kind: "failed"; readonly reason: Reason };

/** Statuses of a catalogue that are a decision of ours. */
const REFUSED: readonly string[] = ["refused", "blocked"];

/**
 * From a stored size or from the source, as readers get it. It is stored like any other size. Throws Failure when another
 * try may bring it, and what our own stores throw.
 */
export async function sentPicture({ url }: Picture, app: App, caller: Caller, message: Job): Promise<SentPicture> {
  const job = newJob(caller, message.waitUntil, { ray: message.trace.ray, calls: message.calls });
  try {
    const authority = app.config.signingPairs.length > 0 ? "signature" : "list";
    const transform = { ...MASTER_TRANSFORM, ...SENT, keepCopyright: "none", background: [255, 255, 255] } as const;
    const source = canonicalSource(url);
    const request: RenditionRequest = { source, authority, transform, accept: "base", cachebuster: "" };
    const store = await authorize(request, app, caller, job);
    const { meta, body } = await getRendition(request, store, app, caller, job);
    const side = Math.min(meta.width, meta.height);
    if (side < LEAST_SIDE) return { kind: "refused", reason: "too-small" };
    const bytes = new Uint8Array(await new Response(body as BodyInit).arrayBuffer());
    return { kind: "jpeg", bytes };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const failure = asFailure(error);
    const status = statusOfFailure(failure, job.trace.sourceStatus);
    if (status === "again") throw failure;
    const { reason } = failure;
    return REFUSED.includes(status) ? { kind: "refused", reason } : { kind: "failed", reason };
  }
}

/** `<host16>/<source32>`; "" = the address is none. */
export async function sourceOf(url: string): Promise<string> {
  try {
    const { host16, source32 } = await sourceKeys(canonicalSource(url));
    return `${host16}/${source32}`;
  } catch {
    return "";
  }
}

/** AVIF from the second view on: which pictures get one, and the message that orders it. Pure. */
import type { App } from "../context/app.ts";
import { MAX_AVIF_SHARE, MAX_SEARCHED_PIXELS } from "../image/heavy.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";
import { KV_MAX_BYTES } from "../store/tiers/kv.ts";
import type { Stored, StoredMeta } from "../store/tiers/tier.ts";

/** Whether readers who take AVIF may get one for this address. A bare `f:avif` is no such address. */
export function mayGetAvif(
  { transform, accept }: Pick<RenditionRequest, "transform" | "accept">,
  { config, bindings }: Pick<App, "config"> & { readonly bindings: Partial<Env> },
): boolean {
  if (config.avif === "off" || accept !== "avif" || transform.format !== "auto") return false;
  return bindings.AVIF_JOBS !== undefined && bindings.HEAVY !== undefined;
}

/**
 * Whether there can be an AVIF of a rendition: of a whole still WebP that KV takes, since the copy there says that the
 * picture was asked for before. AVIF would freeze what moves.
 */
export function deservesAvif({ format, frames, sourceFrames, cut, width, height }: StoredMeta, bytes: number): boolean {
  const isStill = frames === 1 && sourceFrames === undefined;
  return format === "webp" && isStill && !cut && bytes <= KV_MAX_BYTES && width * height <= MAX_SEARCHED_PIXELS;
}

/** Whether it is the AVIF of this rendition: of the same bytes of the source, and smaller. */
export function isAvifOf(avif: Stored, { meta, bytes }: Stored): boolean {
  const { format, sourceHash, variant } = avif.meta;
  const isSame = sourceHash === meta.sourceHash && variant === meta.variant;
  return format === "avif" && isSame && avif.bytes.length <= MAX_AVIF_SHARE * bytes.length;
}

/** A message of the queue `AVIF_JOBS`. Readers ignore fields that they do not know. */
export type AvifJob = Pick<RenditionRequest, "source" | "authority" | "transform" | "cachebuster"> & {
  readonly v: 1;
  /** Key of the WebP, which the fields above must give again. */
  readonly key: string;
  /** The source hash of the WebP. */
  readonly hash: string;
  /** Of the reader. The original is kept there, as a rule. */
  readonly region: string;
  /** Our own origin, as the request that sent the message had it. */
  readonly origin: string;
};

const AUTHORITIES = ["signature", "list", "header"] as const;

/** A message as it comes, or null when this Worker cannot read it. That the transform is one, the key proves. */
export function parseAvifJob(body: unknown): AvifJob | null {
  if (typeof body !== "object" || body === null) return null;
  const { v, source, authority, transform, cachebuster, key, hash, region, origin } = body as Partial<
    Record<keyof AvifJob, unknown>
  >;
  const by = AUTHORITIES.find((known) => known === authority);
  if (v !== 1 || by === undefined || !isUrl(source) || !isUrl(origin)) return null;
  if (typeof transform !== "object" || transform === null || typeof cachebuster !== "string") return null;
  if (typeof key !== "string" || typeof hash !== "string" || typeof region !== "string") return null;
  return {
    v,
    source,
    authority: by,
    transform: transform as AvifJob["transform"],
    cachebuster,
    key,
    hash,
    region,
    origin,
  };
}

function isUrl(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value);
}

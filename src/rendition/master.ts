/**
 * Masters: one large rendition of a source, long side at most 2048, from which every usual size can be derived when the
 * source is gone. Ordered after an answer, from the second distinct size on, since most pictures are seen in one size and
 * need none (orderMaster.ts). The queue's job renders them (jobs/masters.ts), because the work would hold up the
 * isolate's one thread. Pure.
 */
import type { ImageRequest } from "../request/imageRequest.ts";
import { NOTHING_MORE, type Transform } from "../request/transform.ts";
import { ORIGINAL } from "../store/sourceMeta.ts";
import type { Parent } from "../store/tiers/tier.ts";
import { isSameVersion } from "./chooseParent.ts";

export const MASTER_SIDE = 2048;
/** Well over what derivation asks of a parent, at about half the bytes of 90. */
const MASTER_QUALITY = 82;

/** The whole source upright within 2048 x 2048, alpha kept. WebP, whose alpha costs little. */
export const MASTER_TRANSFORM = {
  resize: "fit",
  width: MASTER_SIDE,
  height: MASTER_SIDE,
  dpr: 1,
  enlarge: false,
  gravity: { kind: "compass", at: "ce", x: 0, y: 0 },
  crop: null,
  background: null,
  quality: MASTER_QUALITY,
  format: "webp",
  autoRotate: true,
  rotate: 0,
  extend: null,
  extendColour: null,
  ...NOTHING_MORE,
  // Sizes that keep rights are derived from it. The others leave them out.
  keepCopyright: "fetched",
  license: null,
  maxFrames: 1,
} as const satisfies Transform;

/** A message of the queue `MASTERS`. Readers ignore fields that they do not know. */
export type MasterOrder = {
  readonly v: 2;
  readonly source: string;
  readonly authority: ImageRequest["authority"];
  /** Where the original is kept. */
  readonly region: string;
  /** Our own origin, as the request that sent the order had it. */
  readonly origin: string;
};

/** A message as it comes, or null when this Worker cannot read it: the job then acknowledges and drops it. */
export function parseMasterOrder(body: unknown): MasterOrder | null {
  if (typeof body !== "object" || body === null) return null;
  const { v, source, authority, region, origin } = body as Partial<Record<keyof MasterOrder, unknown>>;
  const by = (["signature", "list", "header"] as const).find((known) => known === authority);
  if (v !== 2 || !isUrl(source) || !isUrl(origin) || by === undefined || typeof region !== "string") return null;
  return { v, source, authority: by, region, origin };
}

/**
 * Whether a master is worth making. `parents` are the stored whole renditions of the source, `made` among them, which was
 * made just now. Not when one of them is as large as the master would be, and not from a provider's own size: the master
 * is there for the day when the source is gone.
 */
export function deservesMaster(parents: readonly Pick<Parent, "meta">[], made: Parent["meta"]): boolean {
  if (made.variant !== ORIGINAL) return false;
  const present = parents.filter(({ meta }) => isSameVersion(meta, made));
  const { sourceWidth, sourceHeight } = made.whole;
  const longest = Math.min(MASTER_SIDE, Math.max(sourceWidth, sourceHeight));
  const sizes = new Set(present.map(({ meta }) => `${meta.width}x${meta.height}`));
  return sizes.size >= 2 && !present.some(({ meta }) => Math.max(meta.width, meta.height) >= longest);
}

function isUrl(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value);
}

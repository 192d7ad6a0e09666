/**
 * Masters: one rendition per source, long side at most 2048, from which every usual size can be derived when the
 * source is gone. Made by a Queue consumer, never in an answer, from the second distinct size on: most pictures are
 * seen in one size and need none.
 *
 *   wantsMaster(parents, whole)        after a render from the source: whether to send
 *   MASTERS.send(masterOrder(...))     { v: 1, source, region }
 *   makeMaster(order, steps)           in the consumer
 */
import type { ImageRequest } from "../request/imageRequest.ts";
import type { Transform } from "../request/transform.ts";
import type { Stored, Whole } from "../store/tiers/tier.ts";
import type { Parent } from "./chooseParent.ts";

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
} as const satisfies Transform;

/** A message of the queue `MASTERS`. Readers ignore fields they do not know. */
export type MasterOrder = {
  readonly v: 1;
  readonly source: string;
  readonly authority: ImageRequest["authority"];
  /** Where the original is kept. */
  readonly region: string;
};

/** A message as it comes, or null when this Worker cannot read it: it is then acknowledged and dropped. */
export function parseMasterOrder(body: unknown): MasterOrder | null {
  if (typeof body !== "object" || body === null) return null;
  const { v, source, authority, region } = body as Partial<Record<keyof MasterOrder, unknown>>;
  const by = (["signature", "list", "header"] as const).find((known) => known === authority);
  if (v !== 1 || typeof source !== "string" || !URL.canParse(source) || by === undefined) return null;
  return typeof region === "string" ? { v, source, authority: by, region } : null;
}

/**
 * Whether a master is worth making: `parents` are the stored whole renditions of the source's present version, the
 * one just made among them, `made` that one. Not when one of them is as large as the master would be.
 */
export function wantsMaster(parents: readonly Pick<Parent, "meta">[], made: Whole, v: string): boolean {
  const ofVersion = parents.filter(({ meta }) => meta.v === v);
  const longest = Math.min(MASTER_SIDE, Math.max(made.sourceWidth, made.sourceHeight));
  const sizes = new Set(ofVersion.map(({ meta }) => `${meta.width}x${meta.height}`));
  return sizes.size >= 2 && !ofVersion.some(({ meta }) => Math.max(meta.width, meta.height) >= longest);
}

export type MasterSteps<Source extends { readonly v: string }> = {
  /** The stored master, null when there is none. */
  readonly readMaster: () => Promise<{ readonly v: string } | null>;
  /** Source bytes and version: the kept original, else from the source. Throws Failure. */
  readonly readSource: () => Promise<Source>;
  /** `MASTER_TRANSFORM` of what `readSource` gave, with `whole` in its metadata. Throws Failure. */
  readonly render: (source: Source) => Promise<Stored>;
  /** Writes to the primary, over an older version's. */
  readonly store: (master: Stored) => Promise<unknown>;
  /** Right before the write: false once the picture was taken down. */
  readonly mayStore: () => boolean | Promise<boolean>;
};

/**
 * Makes the master of one source once: the same message twice, or from two regions, makes it once. Gives what
 * happened. Throws what its steps throw: the consumer retries or lets it be.
 */
export async function makeMaster<Source extends { readonly v: string }>(
  steps: MasterSteps<Source>,
): Promise<"made" | "present" | "blocked"> {
  const [present, source] = await Promise.all([steps.readMaster(), steps.readSource()]);
  if (present?.v === source.v) return "present";
  const master = await steps.render(source);
  if (!(await steps.mayStore())) return "blocked";
  await steps.store(master);
  return "made";
}

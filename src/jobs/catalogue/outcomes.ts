/** What is written down of a picture that was made, and of one that was not. Pure, but for the hashes of its keys. */
import type { ManifestRow } from "../../catalogue/manifestRow.ts";
import { addressOf } from "../../catalogue/manifestRow.ts";
import { MAX_SHORT, type OriginalFacts, type Outcome, readOutcome } from "../../catalogue/outcome.ts";
import { isObject } from "../../catalogue/record.ts";
import { type Status, statusOf } from "../../catalogue/status.ts";
import type { Failure } from "../../errors.ts";
import type { Facts } from "../../image/facts.ts";
import { FORMATS } from "../../image/formats/registry.ts";
import { isOnePixel } from "../../image/header.ts";
import type { Alone } from "../../rendition/renderAlone.ts";
import { ORIGINAL } from "../../store/sourceMeta.ts";

/** Longest address that a line of the log has room for. */
const MAX_FINAL = 3_000;

type Known = Pick<Outcome, "source" | "checkedAt" | "attempts">;

const NOTHING = {
  ...{ reason: null, http: null, final: null, variant: null, format: null, bytes: null, orientation: null },
  ...{ frames: null, alpha: null, colour: null, thumbhash: null, dhash: null, pdq: null, pdqQuality: null },
  ...{ hash: null, etag: null, maker: null, rendition: null, original: null },
} as const satisfies Partial<Outcome>;

function identity(row: ManifestRow): Pick<Outcome, "v" | "id" | "url" | "host"> {
  return { v: 1, id: row.id, url: row.url, host: addressOf(row)?.host ?? "" };
}

/** `http`: status of the source. `original`: facts of the source's own file, where they are known. */
export function madeOutcome(
  row: ManifestRow,
  { store, source, stored, header, look }: Omit<Alone, "writes">,
  http: number | null,
  original: OriginalFacts | null,
  known: Omit<Known, "source">,
): Outcome {
  const { meta, bytes } = stored;
  const isVariant = meta.variant !== ORIGINAL;
  const onePixel = isOnePixel(header) && !isVariant;
  const { key } = store;
  return {
    ...NOTHING,
    ...identity(row),
    ...known,
    source: `${store.keys.host16}/${store.keys.source32}`,
    status: onePixel ? "one-pixel" : "stored",
    http,
    final: meta.final.url.slice(0, MAX_FINAL),
    variant: meta.variant,
    ...{ format: header.format, bytes: source.bytes.length, orientation: header.orientation, frames: header.frames },
    ...{ alpha: header.alpha, hash: meta.sourceHash, etag: source.validators?.etag ?? null },
    ...{ colour: look?.colour ?? null, thumbhash: look?.thumbhash ?? null, dhash: look?.dhash ?? null },
    ...{ pdq: look?.pdq?.hash ?? null, pdqQuality: look?.pdq?.quality ?? null },
    ...(onePixel
      ? {}
      : { maker: meta.maker, rendition: { key, width: meta.width, height: meta.height, bytes: bytes.length } }),
    original,
  };
}

/** Facts of the original's file as the log has them. */
export function originalFacts(facts: Facts, location: readonly number[] | null): OriginalFacts {
  const { width, height, format, bytes, exposure, aperture, iso, focalLength, takenAt } = facts;
  // A longer one would make the whole object of the log unreadable.
  const camera = facts.camera?.slice(0, MAX_SHORT) ?? null;
  return { width, height, format, bytes, camera, exposure, aperture, iso, focalLength, takenAt, location };
}

/** Labels of kinds that are no pictures at all. */
const NO_PICTURES: readonly string[] = [FORMATS.mp4, FORMATS.video, FORMATS.pdf, FORMATS.postscript].map(
  ({ label }) => label,
);

/** What a failure means for a picture; `again`: it may pass. */
export function statusOfFailure(
  { reason, facts }: Pick<Failure, "reason" | "facts">,
  http: number | null,
): Status | "again" {
  if (reason === "not_an_image" && facts.value === "html") return "html";
  if (reason === "format_unsupported" && NO_PICTURES.includes(String(facts.value))) return "wrong-kind";
  return statusOf(reason, http);
}

export function failedOutcome(
  row: ManifestRow,
  status: Status,
  failure: Pick<Failure, "reason">,
  http: number | null,
  known: Known,
): Outcome {
  return { ...NOTHING, ...identity(row), ...known, status, reason: failure.reason, http };
}

/** The same picture under another identifier: it was asked for once. */
export function repeatedOutcome(row: ManifestRow, made: Outcome): Outcome {
  return { ...made, ...identity(row), status: made.status === "stored" ? "present" : made.status };
}

/** A made picture's outcome as the note beside its rendition, without what another reader of the note knows. */
export function noteOf(run: string, outcome: Outcome): string {
  const { v: _, id: __, url: ___, host: ____, ...facts } = outcome;
  return JSON.stringify({ run, ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null)) });
}

/** The outcome that an earlier worker of the same run has left beside the rendition; null = none. */
export function notedOutcome(run: string, row: ManifestRow, note: string | null): Outcome | null {
  const noted: unknown = note === null ? null : JSON.parse(note);
  if (!isObject(noted) || noted.run !== run) return null;
  return readOutcome(JSON.stringify({ ...NOTHING, ...noted, ...identity(row) }));
}

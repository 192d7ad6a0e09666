/** The fields of an outcome by name, as maps, TSV files and messages call them: `status`, `original.width`. Pure. */
import { createHash } from "node:crypto";
import { type Outcome, outcomeText } from "../../../catalogue/outcome.ts";

/** What a field's value is, besides null. `id`: any text. `time`: unix milliseconds. `localTime`: ISO 8601 without a zone. */
export type FieldKind = "id" | "text" | "whole" | "number" | "flag" | "time" | "localTime" | "place";

export type FieldValue = string | number | boolean | readonly number[] | null;

type FieldRow = {
  readonly kind: FieldKind;
  readonly of: (outcome: Outcome) => FieldValue;
  /**
   * What null means to a table that has a value already. `write`: it is null now, such as the reason of a picture that is
   * well again. `keep`: it is not known now, so what was known stays.
   */
  readonly onNull: "write" | "keep";
};

type Inner<K extends "rendition" | "original"> = `${K}.${keyof NonNullable<Outcome[K]> & string}`;

/** A field that is added to an outcome needs a row here. */
type Name = Exclude<keyof Outcome, "v" | "rendition" | "original"> | Inner<"rendition"> | Inner<"original">;

export const FIELDS = {
  id: { kind: "id", of: ({ id }) => id, onNull: "keep" },
  url: { kind: "text", of: ({ url }) => url, onNull: "write" },
  host: { kind: "text", of: ({ host }) => host, onNull: "write" },
  source: { kind: "text", of: ({ source }) => source, onNull: "write" },
  status: { kind: "text", of: ({ status }) => status, onNull: "write" },
  reason: { kind: "text", of: ({ reason }) => reason, onNull: "write" },
  http: { kind: "whole", of: ({ http }) => http, onNull: "write" },
  final: { kind: "text", of: ({ final }) => final, onNull: "write" },
  variant: { kind: "text", of: ({ variant }) => variant, onNull: "keep" },
  format: { kind: "text", of: ({ format }) => format, onNull: "keep" },
  bytes: { kind: "whole", of: ({ bytes }) => bytes, onNull: "keep" },
  orientation: { kind: "whole", of: ({ orientation }) => orientation, onNull: "keep" },
  frames: { kind: "whole", of: ({ frames }) => frames, onNull: "keep" },
  alpha: { kind: "flag", of: ({ alpha }) => alpha, onNull: "keep" },
  colour: { kind: "text", of: ({ colour }) => colour, onNull: "keep" },
  thumbhash: { kind: "text", of: ({ thumbhash }) => thumbhash, onNull: "keep" },
  dhash: { kind: "text", of: ({ dhash }) => dhash, onNull: "keep" },
  pdq: { kind: "text", of: ({ pdq }) => pdq, onNull: "keep" },
  pdqQuality: { kind: "whole", of: ({ pdqQuality }) => pdqQuality, onNull: "keep" },
  hash: { kind: "text", of: ({ hash }) => hash, onNull: "keep" },
  etag: { kind: "text", of: ({ etag }) => etag, onNull: "keep" },
  checkedAt: { kind: "time", of: ({ checkedAt }) => checkedAt, onNull: "write" },
  attempts: { kind: "whole", of: ({ attempts }) => attempts, onNull: "write" },
  maker: { kind: "text", of: ({ maker }) => maker, onNull: "keep" },
  "rendition.key": { kind: "text", of: ({ rendition }) => rendition?.key ?? null, onNull: "keep" },
  "rendition.width": { kind: "whole", of: ({ rendition }) => rendition?.width ?? null, onNull: "keep" },
  "rendition.height": { kind: "whole", of: ({ rendition }) => rendition?.height ?? null, onNull: "keep" },
  "rendition.bytes": { kind: "whole", of: ({ rendition }) => rendition?.bytes ?? null, onNull: "keep" },
  "original.width": { kind: "whole", of: ({ original }) => original?.width ?? null, onNull: "keep" },
  "original.height": { kind: "whole", of: ({ original }) => original?.height ?? null, onNull: "keep" },
  "original.format": { kind: "text", of: ({ original }) => original?.format ?? null, onNull: "keep" },
  "original.bytes": { kind: "whole", of: ({ original }) => original?.bytes ?? null, onNull: "keep" },
  "original.camera": { kind: "text", of: ({ original }) => original?.camera ?? null, onNull: "keep" },
  "original.exposure": { kind: "number", of: ({ original }) => original?.exposure ?? null, onNull: "keep" },
  "original.aperture": { kind: "number", of: ({ original }) => original?.aperture ?? null, onNull: "keep" },
  "original.iso": { kind: "number", of: ({ original }) => original?.iso ?? null, onNull: "keep" },
  "original.focalLength": { kind: "number", of: ({ original }) => original?.focalLength ?? null, onNull: "keep" },
  "original.takenAt": { kind: "localTime", of: ({ original }) => original?.takenAt ?? null, onNull: "keep" },
  "original.location": { kind: "place", of: ({ original }) => original?.location ?? null, onNull: "keep" },
} as const satisfies Readonly<Record<Name, FieldRow>>;

export type FieldName = keyof typeof FIELDS;

export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FIELDS, name);
}

/**
 * Of two outcomes of one identifier, the one with the greater version counts: the later check, then more attempts. Two
 * that agree in both are ordered by their text, so that the order of reading never matters. 33 characters of 0-9a-f,
 * compared by code unit.
 */
export function versionOf(outcome: Outcome): string {
  const digest = createHash("sha256").update(outcomeText(outcome)).digest("hex").slice(0, 10);
  return `${padded(outcome.checkedAt, 16)}${padded(outcome.attempts, 7)}${digest}`;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0").slice(-digits);
}

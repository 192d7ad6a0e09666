/** What recognition has found in a picture: one object of the primary bucket for each identifier. Pure. */
import { hexPrefix } from "../../store/schema/key.ts";
import { isIncluded } from "../inclusion/isIncluded.ts";
import type { Label } from "../manifestRow.ts";
import {
  type Fields,
  FLAG,
  listOf,
  matching,
  NUMBER,
  nullable,
  objectOf,
  oneOf,
  readRecord,
  text,
  whole,
} from "../record.ts";

/** Labels with at least this confidence are kept, and shown. */
export const CONFIDENCE = { kept: 0.5, shown: 0.9 } as const;

/** A picture whose shorter side is below this many pixels is not sent. */
export const LEAST_SIDE = 80;
/** The box that a picture is rendered into before it is sent: at most 2 megapixels. */
export const SENT = { width: 1920, height: 1080, quality: 85, format: "jpeg" } as const;

/** Left, top, width and height as shares of the picture, 0 to 1. */
export type Box = readonly number[];

export type FoundLabel = {
  readonly name: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly parents: readonly string[];
  readonly aliases: readonly string[];
  readonly boxes: readonly Box[];
};

/** `display`: sure enough to be shown. */
export type KeptLabel = FoundLabel & { readonly display: boolean };

export type Labels = {
  readonly v: 1;
  readonly id: string;
  /** `<host16>/<source32>` of the canonical address; "" = the address cannot be read. A takedown is looked up by it. */
  readonly source: string;
  readonly status: "done" | "refused" | "failed";
  /** Why it was refused or has failed; null = it is done. */
  readonly reason: string | null;
  /** `rekognition`, `workers-ai`, and the model that was asked for. The same picture is not sent to the same model twice. */
  readonly provider: string;
  readonly model: string;
  /** As the service says it, such as `3.0`; null = it was not asked. */
  readonly modelVersion: string | null;
  /** Unix milliseconds. */
  readonly at: number;
  readonly labels: readonly KeptLabel[];
};

const NAME = text(1, 300);
const LABEL = {
  name: NAME,
  confidence: NUMBER,
  parents: listOf(NAME),
  aliases: listOf(NAME),
  boxes: listOf(listOf(NUMBER)),
  display: FLAG,
} as const satisfies Fields<KeptLabel>;

const FIELDS = {
  v: oneOf([1]),
  id: text(1, 128),
  source: matching(/^([0-9a-f]{16}\/[0-9a-f]{32})?$/, "hashes of an address"),
  status: oneOf(["done", "refused", "failed"]),
  reason: nullable(text(1, 100)),
  provider: NAME,
  model: NAME,
  modelVersion: nullable(NAME),
  at: whole(0),
  labels: listOf(objectOf<KeptLabel>(LABEL)),
} as const satisfies Fields<Labels>;

export const LABELS_PREFIX = "catalogue/labels/";

/** The object's key: 128 bits of SHA-256 of the identifier, which may be any text. */
export async function labelsKey(id: string): Promise<string> {
  return `${LABELS_PREFIX}${await hexPrefix(id, 32)}.json`;
}

const INDEX_PREFIX = "catalogue/labelled/";

/**
 * The key of an empty object that leads from a picture's address to its labels, so that a takedown finds them. `source`:
 * `<host16>/<source32>`.
 */
export async function labelsIndexKey(source: string, id: string): Promise<string> {
  return `${INDEX_PREFIX}${source}/${await hexPrefix(id, 32)}`;
}

/** What the index has of a host, or of one source of it. */
export function labelsIndexPrefix({ host16, source32 }: { readonly host16: string; readonly source32: string | null }) {
  return `${INDEX_PREFIX}${host16}/${source32 === null ? "" : `${source32}/`}`;
}

/** The labels' key to which an entry of the index leads. */
export function labelsKeyOfIndex(key: string): string {
  return `${LABELS_PREFIX}${key.slice(key.lastIndexOf("/") + 1)}.json`;
}

export function labelsText(labels: Labels): string {
  return JSON.stringify(labels);
}

/** Labels that were stored under an earlier inclusion table pass the present one. Throws BadRecord. */
export function readLabels(json: string): Labels {
  const record = readRecord<Labels>(json, FIELDS);
  return { ...record, labels: record.labels.filter(hasIncludedNames) };
}

/**
 * The labels that may be stored. A label is left out when its confidence is too low, or when its name, a parent or an alias
 * is excluded: what belongs to `Woman` says as much as `Woman` does.
 */
export function keptLabels(found: readonly FoundLabel[]): readonly KeptLabel[] {
  return found
    .filter(({ confidence }) => confidence >= CONFIDENCE.kept && confidence <= 1)
    .filter(hasIncludedNames)
    .map((label) => ({ ...label, display: label.confidence >= CONFIDENCE.shown }));
}

function hasIncludedNames({ name, parents, aliases }: Pick<FoundLabel, "name" | "parents" | "aliases">): boolean {
  return [name, ...parents, ...aliases].every(isIncluded);
}

/** A search engine's tag. `provider` says which machine has made it. */
export type Tag = { readonly name: string; readonly accuracy: number; readonly provider: string };

export function tagsOf({ status, provider, labels }: Pick<Labels, "status" | "provider" | "labels">): readonly Tag[] {
  if (status !== "done") return [];
  return labels.map(({ name, confidence }) => ({ name, accuracy: confidence, provider }));
}

/** The labels of a manifest, such as YFCC100M's autotags, by the same rules. Those without a provider are left out. */
export function tagsOfManifest(labels: readonly Label[]): readonly Tag[] {
  return includedLabels(labels).flatMap(({ name, accuracy, provider }) =>
    provider === undefined || accuracy < CONFIDENCE.kept || accuracy > 1 ? [] : [{ name, accuracy, provider }],
  );
}

export function includedLabels(labels: readonly Label[]): readonly Label[] {
  return labels.filter(({ name }) => isIncluded(name));
}

/** One picture of a catalogue, as it stands in a part (part.ts). A column that the manifest lacks is absent, never guessed. */
import { type Fields, listOf, NUMBER, objectOf, oneOf, optional, readRecord, text, whole } from "./record.ts";

/** A machine's word for what a picture shows. */
export type Label = {
  readonly name: string;
  /** 0 to 1. */
  readonly accuracy: number;
  /** Who made it: `yfcc100m`, `rekognition`. */
  readonly provider?: string;
};

export type ManifestRow = {
  /** The catalogue's own identifier, 1 to 128 characters. Any text; it is never parsed. */
  readonly id: string;
  /** Absolute http(s) address of the picture, as listed; at most 3 000 characters. */
  readonly url: string;
  /** `flickr`, and the sub-provider if there is one: `nasa`. */
  readonly provider?: string;
  readonly source?: string;
  readonly creator?: string;
  readonly creatorUrl?: string;
  /** ISO 8601, as listed. */
  readonly createdAt?: string;
  readonly views?: number;
  readonly tags?: readonly string[];
  /** As listed: `by-sa`, `by-sa 2.0`, a URL. */
  readonly license?: string;
  readonly labels?: readonly Label[];
};

/** Longer ones are refused at import. `host`: of `url`. `rowBytes`: of the line as UTF-8 without its line feed. */
export const ROW_LIMITS = { id: 128, url: 3_000, host: 300, rowBytes: 8_192 } as const;

const SHORT = text(1, 300);
const LABEL = { name: SHORT, accuracy: NUMBER, provider: optional(SHORT) } as const satisfies Fields<Label>;

const FIELDS = {
  id: text(1, ROW_LIMITS.id),
  url: text(1, ROW_LIMITS.url),
  provider: optional(SHORT),
  source: optional(SHORT),
  creator: optional(text(0, 2_000)),
  creatorUrl: optional(text(0, 2_000)),
  createdAt: optional(SHORT),
  views: optional(whole(0)),
  tags: optional(listOf(text(0, 1_000))),
  license: optional(SHORT),
  labels: optional(listOf(objectOf<Label>(LABEL))),
} as const satisfies Fields<ManifestRow>;

/** The row as one line of JSON, without the line feed. */
export function rowText(row: ManifestRow): string {
  return JSON.stringify(row);
}

/** A line of a part -> the row. It does not look whether the address is one. Throws BadRecord. */
export function readRow(line: string): ManifestRow {
  return readRecord<ManifestRow>(line, FIELDS);
}

/** `url` as a URL, if it is an http(s) address; else null. Its `host` says to which host's parts the row belongs. */
export function addressOf({ url }: Pick<ManifestRow, "url">): URL | null {
  const parsed = URL.parse(url);
  return parsed !== null && SCHEMES.is(parsed.protocol) && parsed.host !== "" ? parsed : null;
}

const SCHEMES = oneOf(["https:", "http:"]);

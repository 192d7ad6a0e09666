/**
 * What became of one picture: a line of the outcome log (outcomeLog.ts), and the truth. D1 and exports are made from it.
 * Everything that is not known is null. Width is width and height is height. Pure.
 */
import { ANSWERS, type Reason } from "../errors.ts";
import { FORMATS, type FormatName } from "../image/formats/registry.ts";
import { type Fields, listOf, matching, NUMBER, nullable, objectOf, oneOf, readRecord, text, whole } from "./record.ts";
import { STATUS_NAMES, type Status } from "./status.ts";

/** The original file's own facts. */
export type OriginalFacts = {
  /** As shown, with the orientation applied, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: FormatName;
  /** Length of the file. */
  readonly bytes: number | null;
  /** Make and model. */
  readonly camera: string | null;
  /** Seconds. */
  readonly exposure: number | null;
  /** F-number. */
  readonly aperture: number | null;
  readonly iso: number | null;
  /** Millimetres. */
  readonly focalLength: number | null;
  /** ISO 8601 in the camera's own time. */
  readonly takenAt: string | null;
  /** Degrees, [latitude, longitude]; only where the run asks for it. */
  readonly location: readonly number[] | null;
};

export type Outcome = {
  readonly v: 1;
  /** The catalogue's identifier and address, as in the manifest. */
  readonly id: string;
  readonly url: string;
  /** `URL.host` of `url`. */
  readonly host: string;
  /** `<host16>/<source32>` of the canonical address (store/schema/key.ts). */
  readonly source: string;
  readonly status: Status;
  /** The failure behind the status (src/errors.ts); null = there was none. */
  readonly reason: Reason | null;
  /** The last HTTP status of the source. */
  readonly http: number | null;
  /** The address that the bytes came from, after redirects. */
  readonly final: string | null;
  /** `original`, or the name of the provider's own size that was fetched. The fields from here to `hash` are of that file. */
  readonly variant: string | null;
  readonly format: FormatName | null;
  /** Length of the fetched file. */
  readonly bytes: number | null;
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number | null;
  /** 1 = a still picture. */
  readonly frames: number | null;
  readonly alpha: boolean | null;
  /** `#rrggbb`. */
  readonly colour: string | null;
  /** Base64. */
  readonly thumbhash: string | null;
  /** 16 hex digits. This and PDQ only of a rendition that shows all of the source and is at least 256 px long. */
  readonly dhash: string | null;
  /** 64 hex digits, and its quality, 0 to 100. */
  readonly pdq: string | null;
  readonly pdqQuality: number | null;
  /** First 8 hex digits of SHA-256 of the fetched file. */
  readonly hash: string | null;
  /** The source's own validator. */
  readonly etag: string | null;
  /** Unix milliseconds. Of two outcomes of one identifier, the later one counts. */
  readonly checkedAt: number;
  /** Fetches that were tried, this one included. */
  readonly attempts: number;
  /** Engine and encoder of the rendition, such as `1-vp8enc1`. */
  readonly maker: string | null;
  /** The rendition: its key in the primary bucket, its sides and its length. */
  readonly rendition: {
    readonly key: string;
    readonly width: number;
    readonly height: number;
    readonly bytes: number;
  } | null;
  readonly original: OriginalFacts | null;
};

const formats = Object.keys(FORMATS) as FormatName[];
/** Longest text of the file's own facts. */
export const MAX_SHORT = 300;

const shortText = nullable(text(0, MAX_SHORT));
const hex = (digits: number) => matching(new RegExp(`^[0-9a-f]{${digits}}$`), `${digits} hex digits`);

const ORIGINAL = {
  width: whole(1),
  height: whole(1),
  format: oneOf(formats),
  bytes: nullable(whole(0)),
  camera: shortText,
  exposure: nullable(NUMBER),
  aperture: nullable(NUMBER),
  iso: nullable(NUMBER),
  focalLength: nullable(NUMBER),
  takenAt: shortText,
  location: nullable(listOf(NUMBER)),
} as const satisfies Fields<OriginalFacts>;

const RENDITION = {
  key: text(1, 200),
  width: whole(1),
  height: whole(1),
  bytes: whole(1),
} as const satisfies Fields<NonNullable<Outcome["rendition"]>>;

const FIELDS = {
  v: oneOf([1]),
  id: text(1, 128),
  url: text(1, 3_000),
  host: text(0, 300),
  source: matching(/^([0-9a-f]{16}\/[0-9a-f]{32})?$/, "<host16>/<source32>, or empty"),
  status: oneOf(STATUS_NAMES),
  reason: nullable(oneOf(Object.keys(ANSWERS) as Reason[])),
  http: nullable(whole(100, 999)),
  final: nullable(text(1, 8_192)),
  variant: nullable(text(1, 40)),
  format: nullable(oneOf(formats)),
  bytes: nullable(whole(0)),
  orientation: nullable(whole(1, 8)),
  frames: nullable(whole(1)),
  alpha: { needed: "true, false or null", is: (value) => value === null || typeof value === "boolean" },
  colour: nullable(matching(/^#[0-9a-f]{6}$/, "#rrggbb")),
  thumbhash: nullable(text(1, 60)),
  dhash: nullable(hex(16)),
  pdq: nullable(hex(64)),
  pdqQuality: nullable(whole(0, 100)),
  hash: nullable(hex(8)),
  etag: nullable(text(0, 1_000)),
  checkedAt: whole(0),
  attempts: whole(0),
  maker: nullable(text(1, 40)),
  rendition: nullable(objectOf<NonNullable<Outcome["rendition"]>>(RENDITION)),
  original: nullable(objectOf<OriginalFacts>(ORIGINAL)),
} as const satisfies Fields<Outcome>;

/** As one line of JSON, without the line feed. */
export function outcomeText(outcome: Outcome): string {
  return JSON.stringify(outcome);
}

/** A line of the log -> the outcome. Throws BadRecord. */
export function readOutcome(line: string): Outcome {
  return readRecord<Outcome>(line, FIELDS);
}

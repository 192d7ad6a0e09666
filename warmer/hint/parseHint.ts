import { FORMATS, type Format, MAX_PATHS_PER_LINE, type PlaceKind } from "./protocol.ts";
import type { Rejection } from "./rejections.ts";

/** Why a line is not a hint. */
export type LineProblem = Exclude<Rejection, "sender" | "too_long" | "empty" | "unsigned" | "signature" | "region">;

/** A hint as it is written. Its place is not looked up yet. */
export type ParsedHint = {
  /** Unix time, ms. */
  readonly time: number;
  readonly paths: readonly string[];
  readonly place: { readonly kind: PlaceKind; readonly value: string };
  /** Undefined: the configured default. */
  readonly format: Format | undefined;
  /** Undefined: the sender gave no name. */
  readonly sender: string | undefined;
};

/** Text that can be a JSON object, with only the white space of RFC 8259 around it. */
const OBJECT = /^[\t\n\r ]*\{.*\}[\t\n\r ]*$/s;

/** Printable ASCII without the space: what a request line may contain. All else must be percent-encoded. */
const PATH = /^\/[!-~]*$/;

const KINDS = ["r", "c", "k", "colo"] as const satisfies readonly PlaceKind[];

/**
 * Reads one line through JSON.parse: any JSON object with the fields of a hint, or Flickr's form. This function defines
 * the format; the scanner is only its fast path. Never throws.
 */
export function parseHint(line: string): ParsedHint | LineProblem {
  if (!OBJECT.test(line)) return "json";
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return "json";
  }
  const has = (key: string): boolean => Object.hasOwn(value, key);
  return has("jpg") && !has("p") ? parseFlickr(value) : parseOwn(value, has);
}

function parseOwn(value: Record<string, unknown>, has: (key: string) => boolean): ParsedHint | LineProblem {
  if (value.v !== 1) return "version";
  if (!isTime(value.t)) return "time";
  const paths = typeof value.p === "string" ? [value.p] : value.p;
  if (!isPaths(paths)) return "path";
  const [kind, second] = KINDS.filter(has);
  if (kind === undefined || second !== undefined) return "place";
  const place = value[kind];
  if (typeof place !== "string") return "place";
  const format = has("f") ? FORMATS.find((name) => name === value.f) : undefined;
  if (has("f") && format === undefined) return "format";
  const sender = has("s") ? value.s : undefined;
  if (sender !== undefined && typeof sender !== "string") return "sender_name";
  return { time: value.t, paths, place: { kind, value: place }, format, sender };
}

function parseFlickr(value: Record<string, unknown>): ParsedHint | LineProblem {
  const { jpg, http_endpoint: endpoint, timestamp } = value;
  if (!isTime(timestamp)) return "time";
  if (typeof jpg !== "string" || jpg === "") return "path";
  const path = jpg.startsWith("/") ? jpg : `/${jpg}`;
  if (!PATH.test(path)) return "path";
  if (typeof endpoint !== "string") return "place";
  return {
    time: timestamp * 1000,
    paths: [path],
    place: { kind: "endpoint", value: endpoint },
    format: undefined,
    sender: undefined,
  };
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

function isPaths(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_PATHS_PER_LINE) return false;
  return value.every((path) => typeof path === "string" && PATH.test(path));
}

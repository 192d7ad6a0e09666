/**
 * StoredMeta as the flat record of short strings that every service takes: R2 customMetadata, KV metadata and one
 * header in the Cache API. Schema 1; a reader ignores names it does not know and takes a missing required one as a
 * miss, so objects of a newer Worker are either readable or absent, never wrong.
 */
import { FORMATS, type FormatTable, formatOfCode, outputOf } from "../image/formats/registry.ts";
import type { StoredMeta, Whole } from "./tiers/tier.ts";

export type MetaRecord = Readonly<Record<string, string>>;

/**
 * The record, at most `maxBytes` when written as JSON (which is more than R2 counts). Only the source can be long:
 * it is cut to fit, and a purge by a prefix longer than what is left takes it too (purge.ts).
 */
export function encodeMeta(meta: StoredMeta, maxBytes: number, formats: FormatTable = FORMATS): Record<string, string> {
  const record: Record<string, string> = {
    v: meta.v,
    etag: meta.etag,
    format: outputOf(meta.format, formats).storedCode,
    width: String(meta.width),
    height: String(meta.height),
    at: String(meta.storedAt),
    fresh: String(meta.freshUntil),
  };
  if (meta.whole !== undefined) {
    const { quality, sourceWidth, sourceHeight } = meta.whole;
    record.whole = `${quality},${sourceWidth},${sourceHeight}`;
  }
  const room = maxBytes - JSON.stringify({ ...record, source: "" }).length;
  // A canonical source is ASCII (WHATWG URL serialisation) and `JSON.stringify` escapes nothing that a URL may hold.
  record.source = meta.source.slice(0, Math.max(0, room));
  return record;
}

/** The meaning of a record, or null when a field is missing or makes no sense. */
export function decodeMeta(record: unknown, formats: FormatTable = FORMATS): StoredMeta | null {
  if (typeof record !== "object" || record === null) return null;
  const field = (name: string): string => {
    const value = (record as MetaRecord)[name];
    return typeof value === "string" ? value : "";
  };
  const format = formatOfCode(field("format"), formats);
  const numbers = ["width", "height", "at", "fresh"].map((name) => natural(field(name)));
  const [width, height, storedAt, freshUntil] = numbers;
  const v = field("v");
  const etag = field("etag");
  if (format === null || !width || !height || storedAt === undefined || freshUntil === undefined) return null;
  if (!/^[0-9a-f]{8}$/.test(v) || !/^[0-9a-f]{16}$/.test(etag)) return null;
  const meta = { source: field("source"), v, etag, format, width, height, storedAt, freshUntil };
  const whole = decodeWhole(field("whole"));
  return whole === null ? meta : { ...meta, whole };
}

function decodeWhole(text: string): Whole | null {
  const [quality, sourceWidth, sourceHeight, ...rest] = text.split(",").map(natural);
  if (quality === undefined || !sourceWidth || !sourceHeight || rest.length > 0) return null;
  return { quality, sourceWidth, sourceHeight };
}

/** A non-negative whole number in plain digits, else undefined. */
function natural(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

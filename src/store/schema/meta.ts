/**
 * StoredMeta as the flat record of short texts that every service takes: R2 customMetadata, KV metadata and one header
 * in the Cache API. Schema 2: the key's prefix carries the version. A reader ignores names that it does not know and
 * takes a record without a required one for a miss, so an object of another Worker is readable or absent, never wrong.
 */
import { FORMATS, type FormatTable, formatOfCode, type OutputFormat, outputOf } from "../../image/formats/registry.ts";
import type { AddressHashes } from "../../policy/storedAccess.ts";
import type { MetaRecord, Provenance, StoredMeta, Whole } from "../tiers/tier.ts";
import { type FinalAddress, MAX_VIA } from "./finalAddress.ts";

/** `write` gives "" for a value that needs no field; `read` gets "" for a field that is not there. */
type Field<T> = {
  readonly name: string;
  readonly write: (value: T, formats: FormatTable) => string;
  /** Undefined = the record is not readable. */
  readonly read: (text: string, formats: FormatTable) => T | undefined;
};

type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

const natural = (name: string, least: number): Field<number> => ({ name, write: String, read: naturalFrom(least) });
const hex = (name: string, digits: number): Field<string> => ({
  name,
  write: (value) => value,
  read: hashFrom(digits),
});
const word = (name: string): Field<string> => ({
  name,
  write: (value) => value,
  read: (text) => (/^[\w.:-]{1,40}$/.test(text) ? text : undefined),
});

/** Fields that say which bytes a thing came from. The two addresses as text follow, since only they can be long. */
const PROVENANCE = {
  variant: word("variant"),
  sourceHash: hex("hash", 8),
  generation: natural("gen", 1),
  storedAt: natural("at", 0),
  freshUntil: natural("fresh", 0),
} as const satisfies Fields<Omit<Provenance, "source" | "final">>;

const RENDITION = {
  etag: hex("etag", 16),
  format: {
    name: "format",
    write: (format, formats) => outputOf(format, formats).storedCode,
    // An unknown code is a miss.
    read: (text, formats) => formatOfCode(text, formats) ?? undefined,
  } as Field<OutputFormat>,
  width: natural("width", 1),
  height: natural("height", 1),
  /** A still picture writes nothing. */
  frames: {
    name: "frames",
    write: (frames) => (frames === 1 ? "" : String(frames)),
    read: (text) => (text === "" ? 1 : naturalFrom(1)(text)),
  } as Field<number>,
  sourceFrames: {
    name: "of",
    write: (frames) => (frames === undefined ? "" : String(frames)),
    read: naturalFrom(2),
  } as Field<number | undefined>,
  cut: { name: "cut", write: (cut) => (cut ? "1" : ""), read: (text) => text === "1" } as Field<boolean>,
  maker: word("maker"),
  whole: {
    name: "whole",
    write: (whole) => (whole ? `${whole.quality},${whole.sourceWidth},${whole.sourceHeight}${wholeMarks(whole)}` : ""),
    read: wholeFrom,
  } as Field<Whole | undefined>,
} as const satisfies Fields<Omit<StoredMeta, keyof Provenance>>;

/**
 * The record, at most `maxBytes` long when it is written as JSON (which is more than R2 counts). The addresses are cut
 * to fit: a purge by a prefix that is longer than what is left deletes the thing too (purge.ts).
 */
export function encodeMeta(meta: StoredMeta, maxBytes: number, formats: FormatTable = FORMATS): Record<string, string> {
  return withAddresses(
    {
      ...encode(PROVENANCE, meta, formats),
      ...encode(RENDITION, { ...meta, whole: meta.whole, sourceFrames: meta.sourceFrames }, formats),
    },
    meta,
    maxBytes,
  );
}

/** The same for a kept original, which has no rendition. */
export function encodeProvenance(from: Provenance, maxBytes: number): Record<string, string> {
  return withAddresses(encode(PROVENANCE, from, FORMATS), from, maxBytes);
}

/** The meaning of a record, or null when a field is missing or makes no sense. */
export function decodeMeta(record: unknown, formats: FormatTable = FORMATS): StoredMeta | null {
  const from = decodeProvenance(record);
  if (from === null) return null;
  const fields = decode(RENDITION, record as MetaRecord, formats);
  if (fields === null) return null;
  const { whole, sourceFrames, ...rest } = fields;
  return {
    ...from,
    ...rest,
    ...(whole === undefined ? {} : { whole }),
    ...(sourceFrames === undefined ? {} : { sourceFrames }),
  };
}

export function decodeProvenance(record: unknown): Provenance | null {
  if (typeof record !== "object" || record === null) return null;
  const texts = record as MetaRecord;
  const fields = decode(PROVENANCE, texts, FORMATS);
  const final = decodeFinal(texts);
  return fields === null || final === null ? null : { ...fields, final, source: textOf(texts, "source") };
}

function encode<T>(fields: Fields<T>, value: NoInfer<T>, formats: FormatTable): Record<string, string> {
  const record: Record<string, string> = {};
  for (const key of Object.keys(fields) as (keyof T)[]) {
    const text = fields[key].write(value[key], formats);
    if (text !== "") record[fields[key].name] = text;
  }
  return record;
}

/** Fields that may be undefined, which their readers say by a value of its own. */
const OPTIONAL: readonly PropertyKey[] = ["whole", "sourceFrames"];

function decode<T>(fields: Fields<T>, record: MetaRecord, formats: FormatTable): T | null {
  const value: Partial<T> = {};
  for (const key of Object.keys(fields) as (keyof T)[]) {
    const read = fields[key].read(textOf(record, fields[key].name), formats);
    if (read === undefined && !OPTIONAL.includes(key)) return null;
    if (read !== undefined) value[key] = read;
  }
  return value as T;
}

/** `final` is written only where it differs from `source`. `fcut` says that the text of the final address was cut. */
function withAddresses(
  record: Record<string, string>,
  { source, final }: Pick<Provenance, "source" | "final">,
  maxBytes: number,
): Record<string, string> {
  const via = viaText(final.via ?? []);
  const fixed = { ...record, fhost: final.host16, fsource: final.source32, ...(via === "" ? {} : { via }) };
  const redirected = final.url !== source;
  const room = Math.max(0, maxBytes - jsonBytes({ ...fixed, source: "", final: "", fcut: "1" }));
  const forFinal = redirected ? Math.max(Math.floor(room / 2), room - textBytes(source)) : 0;
  const finalText = redirected ? cutTo(final.url, forFinal) : "";
  const sourceText = cutTo(source, room - textBytes(finalText));
  const complete = final.complete && (redirected ? finalText === final.url : sourceText === source);
  return {
    ...fixed,
    source: sourceText,
    ...(redirected ? { final: finalText } : {}),
    ...(complete ? {} : { fcut: "1" }),
  };
}

/** A canonical address is ASCII (WHATWG URL serialisation), so a character is a byte. */
function jsonBytes(value: unknown): number {
  return JSON.stringify(value).length;
}

/** Without the quotes. A query may hold backslashes, which take two bytes each. */
export function textBytes(text: string): number {
  return jsonBytes(text) - 2;
}

/** The text's beginning that takes at most `room` bytes, which are 0 or more. */
function cutTo(text: string, room: number): string {
  let cut = text.slice(0, room);
  // Each character takes one byte or two, so half of what is too much never cuts more than is needed.
  for (let over = textBytes(cut) - room; over > 0; over = textBytes(cut) - room) {
    cut = cut.slice(0, cut.length - Math.ceil(over / 2));
  }
  return cut;
}

function decodeFinal(record: MetaRecord): FinalAddress | null {
  const host16 = hashFrom(16)(textOf(record, "fhost"));
  const source32 = hashFrom(32)(textOf(record, "fsource"));
  const via = viaFrom(textOf(record, "via"));
  if (host16 === undefined || source32 === undefined || via === undefined) return null;
  const url = typeof record.final === "string" ? record.final : textOf(record, "source");
  const complete = textOf(record, "fcut") === "";
  return { host16, source32, url, complete, ...(via.length === 0 ? {} : { via }) };
}

/** The addresses on the way, 48 digits each: host, then source. */
const VIA_DIGITS = 48;

function viaText(via: readonly AddressHashes[]): string {
  return via.map(({ host16, source32 }) => host16 + source32).join("");
}

/** Undefined = not readable: what a takedown must be compared with is missing. */
function viaFrom(text: string): readonly AddressHashes[] | undefined {
  if (text.length % VIA_DIGITS !== 0 || text.length > MAX_VIA * VIA_DIGITS || !/^[0-9a-f]*$/.test(text))
    return undefined;
  return Array.from({ length: text.length / VIA_DIGITS }, (_, n) => {
    const one = text.slice(n * VIA_DIGITS, (n + 1) * VIA_DIGITS);
    return { host16: one.slice(0, 16), source32: one.slice(16) };
  });
}

/** What stands behind the sides: it holds rights, its source is a still, the sides are those of a variant. */
const RIGHTS = "r";
const STILL = "s";
const OF_VARIANT = "v";
const MARKS = /,(?=[rsv])(r?s?v?)$/;

function wholeMarks({ rights, still, of }: Whole): string {
  const marks = (rights ? RIGHTS : "") + (still ? STILL : "") + (of === undefined ? "" : OF_VARIANT);
  return marks === "" ? "" : `,${marks}`;
}

function wholeFrom(text: string): Whole | undefined {
  const [quality, sourceWidth, sourceHeight, ...rest] = text.replace(MARKS, "").split(",").map(naturalFrom(0));
  if (quality === undefined || !sourceWidth || !sourceHeight || rest.length > 0) return undefined;
  const marks = MARKS.exec(text)?.[1] ?? "";
  const rights = marks.includes(RIGHTS) ? { rights: true as const } : {};
  const of = marks.includes(OF_VARIANT) ? { of: "variant" as const } : {};
  const still = marks.includes(STILL) ? { still: true as const } : {};
  return { quality, sourceWidth, sourceHeight, ...rights, ...still, ...of };
}

/** Lower-case hexadecimal of exactly so many digits, else undefined. */
function hashFrom(digits: number): (text: string) => string | undefined {
  return (text) => (text.length === digits && /^[0-9a-f]+$/.test(text) ? text : undefined);
}

/** A whole number of at least `least` in plain digits, else undefined. */
function naturalFrom(least: number): (text: string) => number | undefined {
  return (text) => (/^\d{1,15}$/.test(text) && Number(text) >= least ? Number(text) : undefined);
}

function textOf(record: MetaRecord, name: string): string {
  const value = record[name];
  return typeof value === "string" ? value : "";
}

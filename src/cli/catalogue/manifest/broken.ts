/** Lines of a manifest that cannot be read, counted by reason. None is dropped in silence. */

export const BROKEN = {
  "too-few-columns": "it has fewer columns than the map needs",
  "too-many-columns": "it has more columns than the header or the format has",
  "too-long": "it is longer than 1 MiB",
  "quote-not-closed": "a quote is not closed",
  "quote-misplaced": "something stands between a closing quote and the delimiter",
  "no-json": "it is no JSON object",
  "no-utf8": "it is no UTF-8",
  "id-missing": "it has no identifier",
  "id-too-long": "its identifier is longer than 128 characters",
  "id-malformed": "its identifier has control characters",
  "url-missing": "it has no address",
  "url-too-long": "its address is longer than 3 000 characters",
  "url-invalid": "its address is no http or https URL",
  "photo-malformed": "server, number or secret of the photo cannot stand in an address",
  "row-too-long": "its row is longer than 8 192 bytes, even without tags and labels",
} as const satisfies Readonly<Record<string, string>>;

export type BrokenReason = keyof typeof BROKEN;

/** Records that are whole and no picture for us. */
export const SKIPPED = {
  video: "videos",
  removed: "removed from their source, as the catalogue says",
  blank: "blank lines",
  prelude: "lines of a dump before its data",
} as const satisfies Readonly<Record<string, string>>;

export type SkippedReason = keyof typeof SKIPPED;

export type BrokenLine = {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly reason: BrokenReason;
  /** Its beginning. */
  readonly text: string;
  /** It is the first line and looks like a header: the arguments that read it as one. */
  readonly headerAdvice?: string;
};

/** How many may be broken: a share of all records, or a number. */
export type BrokenLimit = { readonly share: number } | { readonly count: number };

/** So many examples of each reason are kept. */
const EXAMPLES = 3;
const EXAMPLE_BYTES = 120;
/** From so many records on a manifest that is mostly broken is given up. */
const EARLY = 100_000;

export class Tally {
  records = 0;
  broken = 0;
  readonly byReason = new Map<BrokenReason, number>();
  readonly skipped = new Map<SkippedReason, number>();
  readonly examples: BrokenLine[] = [];

  add(file: string, line: number, reason: BrokenReason, bytes: Uint8Array, headerAdvice: string | null = null): void {
    this.broken++;
    const count = (this.byReason.get(reason) ?? 0) + 1;
    this.byReason.set(reason, count);
    if (count > EXAMPLES) return;
    const advice = headerAdvice === null ? {} : { headerAdvice };
    this.examples.push({ file, line, reason, text: printable(bytes), ...advice });
  }

  skip(reason: SkippedReason): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  isOver(limit: BrokenLimit): boolean {
    return "count" in limit ? this.broken > limit.count : this.broken > limit.share * this.records;
  }

  /** Whether it makes no sense to read on: a number is passed already, or the map is surely a wrong one. */
  isHopeless(limit: BrokenLimit): boolean {
    if ("count" in limit) return this.broken > limit.count;
    return this.records >= EARLY && this.broken > Math.max(0.5, limit.share) * this.records;
  }
}

/** `1%`, `0.5%` or `1000` -> the limit; null = it is neither. */
export function readBrokenLimit(text: string): BrokenLimit | null {
  const [, number = "", percent] = /^(\d{1,12}(?:\.\d{1,6})?)(%?)$/.exec(text) ?? [];
  if (number === "") return null;
  if (percent === "%") return Number(number) <= 100 ? { share: Number(number) / 100 } : null;
  return number.includes(".") ? null : { count: Number(number) };
}

/** The beginning of a line for a terminal: control characters would be obeyed there. */
function printable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, EXAMPLE_BYTES));
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === "\t" ? "⇥" : "·"));
}

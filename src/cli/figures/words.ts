/** Figures as lines for people. Pure. */
import { SAMPLED } from "../../sampling.ts";
import { counted } from "../counted.ts";
import type { HintSummary } from "./hints.ts";
import type { ReaderSummary } from "./readers.ts";

/** Advice is given when this share of the hints has one fault, and there are so many hints. */
const WORTH_A_WORD = 0.1;
const FEWEST_HINTS = 10;
const MISMATCHES_SHOWN = 3;

/** One line: readers, hit ratio, times, fetches from sources, errors by reason. */
export function readerLine(figures: ReaderSummary): string {
  const { requests, hitRatio, made, misses, p50, p95, fetches, errors } = figures;
  const ratio =
    hitRatio === null ? "no pictures" : `hit ratio ${percent(hitRatio)} (${made} derived, ${misses} missed)`;
  const times = p50 === null || p95 === null ? "" : `, p50 ${whole(p50)} ms, p95 ${whole(p95)} ms`;
  const failed = errors.length === 0 ? "no errors" : `errors: ${errors.map((one) => one.join(" ")).join(", ")}`;
  return `${counted(requests, "reader request")}, ${ratio}${times}, ${counted(fetches, "source fetch", "source fetches")}, ${failed}`;
}

/** What became of the hints, then what to change; empty without hints. */
export function hintLines({ fates, mismatches }: HintSummary): readonly string[] {
  const { read, other, elsewhere, unread, open } = fates;
  const decided = read + other + elsewhere + unread;
  if (decided + open === 0) return [];
  const lines = [
    `${counted(decided + open, "hint")} for sampled sources (one source in ${SAMPLED}): ${read} read, ${other} read in another size or format, ` +
      `${elsewhere} read in another region, ${unread} never read within the hour, ${open} too new to say`,
  ];
  if (decided < FEWEST_HINTS) return lines;
  const isMany = (count: number) => count / decided >= WORTH_A_WORD;
  if (isMany(other)) {
    for (const [named, asked, count] of mismatches.slice(0, MISMATCHES_SHOWN)) {
      lines.push(
        `Change: ${counted(count, "hint")} named ${named}, and readers asked for ${asked}. Hint what the pages embed.`,
      );
    }
  }
  if (isMany(elsewhere))
    lines.push("Change: hint for the region of the reader (`colo` or `c`), not of the API server.");
  if (isMany(unread)) {
    lines.push(
      `Change: ${percent(unread / decided)} of the hints are never read. Hint only what the page shows first.`,
    );
  }
  return lines;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function whole(ms: number): string {
  return ms.toFixed(0);
}

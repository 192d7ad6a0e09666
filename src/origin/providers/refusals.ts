/**
 * What an isolate remembers of candidates that failed. A wrong rule costs one request per host. A size that one picture
 * lacks costs one request for that picture, and turns no rule off. Pure: `now` is an argument (unix ms). Bounded.
 */
import { BoundedMap } from "../../concurrency/boundedMap.ts";
import type { Failure, Reason } from "../../errors.ts";
import type { Candidate } from "./candidate.ts";

export const REFUSALS = {
  /** While the walk over the candidates is not over, others leave the rule alone for so long. */
  pendingMs: 15_000,
  /** A rule that failed is left alone for so long on its host. Each further failure makes it four times as long. */
  firstMs: 3_600_000,
  mostMs: 86_400_000,
  /** The same after 429, at least; Retry-After may say more. */
  tooManyMs: 60_000,
  /** So many pictures in a row had none of the sizes asked: then the rule may be wrong, and is left alone for `lackingMs`. */
  pictures: 16,
  lackingMs: 600_000,
  /** How long a picture is remembered to lack a size. */
  pictureMs: 86_400_000,
  maxHosts: 256,
  maxPictures: 2_000,
} as const;

/** Failures of one address, after which the next candidate is asked. The others are of the picture or of the host. */
const MOVES_ON: readonly Reason[] = ["source_missing", "source_encoding"];
const MOVES_ON_STATUS: readonly unknown[] = [400, 403, 429, 501];

/** Whether a failure is one of the address that was asked, so that the next candidate may be asked. */
export function movesOn({ reason, facts }: Failure): boolean {
  return MOVES_ON.includes(reason) || MOVES_ON_STATUS.includes(facts.value);
}

/** `times`: confirmed failures in a row. `lacking`: pictures in a row that lacked the size. */
type Entry = { readonly until: number; readonly pending: boolean; readonly times: number; readonly lacking: number };

const UNKNOWN: Entry = { until: 0, pending: false, times: 0, lacking: 0 };

export class Refusals {
  /** By rule and host of the address that was asked. */
  readonly #rules = new BoundedMap<string, Entry>(REFUSALS.maxHosts);
  /** By address: until when it is known to be missing. */
  readonly #pictures = new BoundedMap<string, number>(REFUSALS.maxPictures);

  /** Whether this candidate is left out now. Ask right before each request: others may have learned it meanwhile. */
  isRefused(candidate: Candidate, now: number): boolean {
    if (candidate.rule === null) return false;
    const missing = this.#pictures.get(candidate.url) ?? 0;
    return now < missing || now < (this.#rules.get(keyOf(candidate)) ?? UNKNOWN).until;
  }

  /** A candidate failed with a failure that `movesOn`. Call it at once, so that others do not ask the same in vain. */
  noteRefused(candidate: Candidate, failure: Failure, now: number): void {
    if (candidate.rule === null) return;
    const entry = this.#rules.get(keyOf(candidate)) ?? UNKNOWN;
    const waitMs = waitOf(failure);
    if (waitMs === null) this.#pictures.set(candidate.url, now + REFUSALS.pictureMs);
    if (!candidate.certain && waitMs === null) return;
    const until = Math.max(entry.until, now + (waitMs ?? REFUSALS.pendingMs));
    this.#rules.set(keyOf(candidate), { ...entry, until, pending: true });
  }

  /**
   * The walk over the candidates ended. `answered`: the one that gave a picture. Null: none did, so the picture is gone or
   * the host is ill, and no rule is blamed.
   */
  noteEnd(refused: readonly (readonly [Candidate, Failure])[], answered: Candidate | null, now: number): void {
    const byKey = new Map<string, readonly (readonly [Candidate, Failure])[]>();
    for (const one of refused) {
      if (one[0].rule !== null) byKey.set(keyOf(one[0]), [...(byKey.get(keyOf(one[0])) ?? []), one]);
    }
    for (const [key, failed] of byKey) this.#judge(key, failed, answered, now);
    if (answered !== null && answered.rule !== null) this.#rules.delete(keyOf(answered));
  }

  /** `failed`: all candidates of one rule on one host in one walk. */
  #judge(
    key: string,
    failed: readonly (readonly [Candidate, Failure])[],
    answered: Candidate | null,
    now: number,
  ): void {
    const entry = this.#rules.get(key) ?? UNKNOWN;
    const waitMs = Math.max(0, ...failed.map(([, failure]) => waitOf(failure) ?? 0));
    if (answered === null) {
      // What the host asked for with Retry-After holds all the same.
      if (waitMs === 0) this.#rules.set(key, { ...entry, until: entry.pending ? 0 : entry.until, pending: false });
      return;
    }
    // A sibling on the same host answered, so the rule is right there.
    if (answered.rule !== null && keyOf(answered) === key) return;
    const isCertain = failed.some(([{ certain }]) => certain);
    const lacking = isCertain ? entry.lacking : entry.lacking + 1;
    const baseMs = waitMs > 0 ? waitMs : isCertain ? REFUSALS.firstMs : REFUSALS.lackingMs;
    if (waitMs === 0 && !isCertain && lacking < REFUSALS.pictures) {
      this.#rules.set(key, { ...entry, lacking });
      return;
    }
    const ms = Math.min(REFUSALS.mostMs, baseMs * 4 ** entry.times);
    this.#rules.set(key, { until: now + ms, pending: false, times: entry.times + 1, lacking: 0 });
  }
}

/** How long 429 keeps the rule away, in milliseconds; null = the failure asks for no pause. */
function waitOf({ facts }: Failure): number | null {
  if (facts.value !== 429) return null;
  const told = typeof facts.retryAfter === "number" ? facts.retryAfter * 1000 : 0;
  return Math.min(REFUSALS.mostMs, Math.max(REFUSALS.tooManyMs, told));
}

function keyOf({ rule, url }: Candidate): string {
  return `${rule} ${new URL(url).host}`;
}

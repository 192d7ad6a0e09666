/**
 * What an isolate remembers of rules that failed. A wrong rule costs one request per host. A size that one picture does
 * not have costs one request for that picture. Pure: `now` is an argument (unix ms); bounded.
 */
import type { Failure } from "../../errors.ts";
import type { Candidate } from "./candidate.ts";

/** Whether the next candidate may be asked after this failure, instead of giving up. */
export function movesOn({ reason, facts }: Failure): boolean {
  return reason === "source_missing" || facts.value === 400 || facts.value === 429;
}

export class Refusals {
  /** A candidate failed with a failure that `movesOn`. Call it at once. */
  noteRefused(_source: string, _candidate: Candidate, _failure: Failure, _now: number): void {}

  /** The walk over the candidates ended: `answered` gave a picture, or null = none did, and then no rule is blamed. */
  noteEnd(_source: string, _refused: readonly Candidate[], _answered: Candidate | null, _now: number): void {}

  /** Leave this candidate out? Ask right before each request, since others may have learned it meanwhile. */
  isRefused(_source: string, _candidate: Candidate, _now: number): boolean {
    return false;
  }
}

/** An error in words for a person. */
import { Failure, publicMessage } from "../../errors.ts";

export function wordsOf(error: unknown): string {
  if (error instanceof Failure) return error.detail ?? publicMessage(error.reason, error.facts);
  return error instanceof Error ? error.message : String(error);
}

/** What became of a hint, and the words for it in each form of the answer. */
import { ANSWERS, type Reason } from "../../errors.ts";
import { isShared } from "../../keepFailure.ts";
import type { Trace, WarmOutcome } from "../../telemetry.ts";

/** `reason`: of `refused` and `failed` only. */
export type WarmResult = { readonly outcome: WarmOutcome; readonly reason?: Trace["reason"] };

/** `refused` when the request itself may not be served (4xx of ours), `failed` when the source or we could not. */
export function outcomeOfFailure(reason: Reason): "refused" | "failed" {
  return ANSWERS[reason].status < 500 && !isShared(reason) ? "refused" : "failed";
}

/** The words of `?wait=1`, which are older than the outcomes. */
export function waitedWord({ outcome, reason }: WarmResult): "warmed" | "already" | `refused:${string}` {
  if (outcome === "made") return "warmed";
  if (outcome === "present") return "already";
  return `refused:${outcome === "expired" ? "deadline" : (reason ?? "internal")}`;
}

/** The line of the streamed answer, with its line end. */
export function lineOf(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

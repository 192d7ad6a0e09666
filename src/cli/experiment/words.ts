/** What an analysis means, in a sentence. Pure. */
import type { Analysis } from "./analyse.ts";

export function verdictOf({ isFair, decided, isComplete, difference }: Analysis): string {
  if (!isFair) return "The log is not that of a fair draw. Find out why before anything in it is believed.";
  const better = difference > 0 ? "Mates are clicked more often" : "Mates are clicked less often";
  if (decided !== null) return `${better}: the boundary was crossed at ${decided.sessions} sessions.`;
  if (isComplete) return "No difference was found at the planned size.";
  return "Not decided. Go on to the next look, and do not stop because of what is seen in between.";
}

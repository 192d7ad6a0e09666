/** How many views an experiment needs before it begins. Pure. */
import { normalQuantile } from "./normal.ts";

/** Views in each arm, if every view were independent: two proportions, two-sided. */
export function viewsPerArm(from: number, to: number, alpha = 0.05, power = 0.8): number {
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(power);
  return Math.ceil((z * z * (from * (1 - from) + to * (1 - to))) / (to - from) ** 2);
}

/**
 * By how much views of one session make the variance larger (Kish; Eldridge et al. 2006 for uneven sizes). `views`: mean a
 * session. `cv`: their coefficient of variation. `icc`: correlation of two clicks of one session.
 */
export function designEffect(views: number, cv: number, icc: number): number {
  return Math.max(1, 1 + ((1 + cv * cv) * views - 1) * icc);
}

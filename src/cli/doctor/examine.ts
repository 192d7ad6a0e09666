/** All checks of a deployment from outside, one after another. */
import { reasonOf } from "../signedCall.ts";
import { bindings } from "./bindings.ts";
import { CHECKS, health } from "./checks.ts";
import { type Finding, fix } from "./finding.ts";
import { type TierOrder, tiers } from "./tiers.ts";

/** Tells each finding as soon as it is known. Gives whether nothing is to be fixed. Never throws for what it finds. */
export async function examine(order: TierOrder, tell: (finding: Finding) => void): Promise<boolean> {
  const { patient } = order;
  let isWell = true;
  const report = (finding: Finding) => {
    if (finding.state === "fix") isWell = false;
    tell(finding);
  };
  try {
    const first = await health(patient);
    report(first);
    if (first.state === "fix") return false;
    for (const check of [...CHECKS, bindings]) for (const finding of await check(patient)) report(finding);
    for (const finding of await tiers(order)) report(finding);
  } catch (error) {
    report(fix("answers", reasonOf(error, patient.url)));
  }
  return isWell;
}

/** What wrangler can see of a deployment: where its buckets are, and their lifecycle rules. */
import { type RawConfig, resourcesOf, withDeployment } from "../deploy/configuration.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { readBucket } from "../deploy/provision.ts";
import { CommandFailed, type Wrangler } from "../deploy/wrangler.ts";
import { type Finding, mend, ok, unknown } from "./finding.ts";

/** One finding for each bucket of `wrangler.toml` and `deployment.json`; one `unknown` when wrangler has no account. */
export async function places(raw: RawConfig, deployment: Deployment, wrangler: Wrangler): Promise<readonly Finding[]> {
  const { buckets } = resourcesOf(withDeployment(raw, deployment), deployment);
  const findings: Finding[] = [];
  for (const { name, location } of buckets) {
    try {
      const found = await readBucket(name, wrangler);
      findings.push(placeFinding(name, location, found, deployment.acceptedPlaces));
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      return [
        ...findings,
        unknown("buckets", `log in (npx wrangler login) to check their places: ${error.message.slice(0, 200)}`),
      ];
    }
  }
  return findings;
}

function placeFinding(
  name: string,
  location: string,
  found: Awaited<ReturnType<typeof readBucket>>,
  accepted: readonly string[],
): Finding {
  const label = `bucket ${name}`;
  if (found === null) return mend(label, "there is none: npm run deploy");
  if (found.location !== location && !accepted.includes(name)) {
    return mend(
      label,
      `it is in ${found.location}, its region is ${location}, and a bucket's name keeps its place: npm run deploy says what to do`,
    );
  }
  if (!found.hasRule) return mend(label, "it has no lifecycle rule for kept originals: npm run deploy");
  return ok(label, `in ${found.location}, with its lifecycle rule`);
}

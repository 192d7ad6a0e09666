/** What wrangler can see of a deployment: where its buckets are, and their lifecycle rules. */
import { type BucketWish, type RawConfig, resourcesOf, withDeployment } from "../deploy/configuration.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { isAccepted, readBucket } from "../deploy/provision.ts";
import { CommandFailed, type Wrangler } from "../deploy/wrangler.ts";
import { type Finding, fix, ok, unknown } from "./finding.ts";

/** One finding for each bucket of `wrangler.toml` and `deployment.json`; one `unknown` when wrangler has no account. */
export async function places(raw: RawConfig, deployment: Deployment, wrangler: Wrangler): Promise<readonly Finding[]> {
  const { buckets } = resourcesOf(withDeployment(raw, deployment), deployment);
  const findings: Finding[] = [];
  for (const wish of buckets) {
    try {
      const found = await readBucket(wish.name, wrangler);
      findings.push(placeFinding(wish, found, deployment));
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      return [
        ...findings,
        unknown(
          "buckets",
          `log in (npx wrangler login) to check their places: ${error.message.split("\n", 1)[0] ?? ""}`,
        ),
      ];
    }
  }
  return findings;
}

function placeFinding(
  wish: BucketWish,
  found: Awaited<ReturnType<typeof readBucket>>,
  deployment: Deployment,
): Finding {
  const { name, location } = wish;
  const label = `bucket ${name}`;
  if (found === null) return fix(label, "there is none: npm run deploy");
  if (!isAccepted(wish, found.location, deployment)) {
    return fix(
      label,
      `it is in ${found.location}, its region is ${location}, and a bucket's name keeps its place: npm run deploy says what to do`,
    );
  }
  if (!found.hasRule) return fix(label, "it has no lifecycle rule for kept originals: npm run deploy");
  return ok(label, `in ${found.location}, with its lifecycle rule`);
}

/** What wrangler can see of a deployment: where its buckets are, their lifecycle rules, and who reads its queues. */
import { type BucketWish, type RawConfig, resourcesOf, withDeployment } from "../deploy/configuration.ts";
import type { Deployment } from "../deploy/deployment.ts";
import { isAccepted, readBucket, readOrMissing } from "../deploy/provision.ts";
import { CommandFailed, type Ran, type Wrangler } from "../deploy/wrangler.ts";
import { type Finding, fix, ok, unknown } from "./finding.ts";

/** One finding for each bucket and queue of `wrangler.toml` and `deployment.json`; one `unknown` when wrangler has no account. */
export async function places(raw: RawConfig, deployment: Deployment, wrangler: Wrangler): Promise<readonly Finding[]> {
  const { buckets, queues } = resourcesOf(withDeployment(raw, deployment), deployment);
  const findings: Finding[] = [];
  try {
    for (const wish of buckets) findings.push(placeFinding(wish, await readBucket(wish.name, wrangler), deployment));
    for (const name of queues) {
      findings.push(queueFinding(name, await readOrMissing(["queues", "info", name], wrangler)));
    }
    return findings;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const why = error.message.split("\n", 1)[0] ?? "";
    return [...findings, unknown("buckets", `log in (npx wrangler login) to check their places: ${why}`)];
  }
}

/** wrangler prints how many consumers a queue has. A later version may word it otherwise: that is no fault to name. */
function queueFinding(name: string, found: Pick<Ran, "out"> | null): Finding {
  const label = `queue ${name}`;
  if (found === null) return fix(label, "there is none: npm run deploy");
  const consumers = /^Number of Consumers: (\d+)/m.exec(found.out)?.[1];
  if (consumers === "0") return fix(label, "nobody reads it, so its messages are dropped in the end: npm run deploy");
  return ok(label, consumers === undefined ? "it is there" : "it is there, and the Worker reads it");
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

/**
 * `npm run doctor -- https://img.example.org [--picture URL]`: what is right and what to mend about a deployment, a line
 * each. Keys and secrets are those of the environment. Exit code 0: nothing to mend; 1: something; 2: wrong arguments.
 */
import { setTimeout as pause } from "node:timers/promises";
import { readCommandLine } from "./commandLine.ts";
import { DEPLOYMENT_FILE, readDeployment, TOP } from "./deploy/deployment.ts";
import { readRawConfig } from "./deploy/rawConfig.ts";
import { realWrangler } from "./deploy/wrangler.ts";
import { DEFAULT_PICTURE, examine } from "./doctor/examine.ts";
import { type Finding, findingLine } from "./doctor/finding.ts";
import { places } from "./doctor/places.ts";
import { readSecrets } from "./doctor/secrets.ts";
import { answerHelp, refuse } from "./usage.ts";

const USAGE = `Usage: npm run doctor -- https://img.example.org [--picture URL]
SIGNING_KEYS, SIGNING_SALTS, WARM_SECRET and PURGE_SECRET of the environment are those that the deployment should have.
--picture URL is the source of the test picture (default: ${DEFAULT_PICTURE}).
With a deployment.json and a login of wrangler, it also looks at the places of the buckets.`;

const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { values, rest, problems } = readCommandLine(argv, { values: ["picture"], words: true });
const [word, another] = rest;
const url = word?.value.replace(/\/+$/, "") ?? "";
if (problems.length > 0) refuse(USAGE, ...problems);
if (!/^https?:\/\/[^/]+$/.test(url) || another !== undefined) {
  refuse(
    USAGE,
    `The address of one deployment is needed, such as https://img.example.org, not "${rest.map(({ value }) => value).join(" ")}"`,
  );
}

let isWell = true;
const tell = (finding: Finding) => {
  if (finding.state === "mend") isWell = false;
  console.log(findingLine(finding));
};
try {
  const picture = values.picture ?? DEFAULT_PICTURE;
  const patient = { url, fetch, ...readSecrets(process.env), now: Date.now };
  await examine({ patient, picture, pause }, tell);
  const deployment = readDeployment(DEPLOYMENT_FILE);
  if (deployment !== null && `https://${deployment.domain}` === url) {
    const wrangler = realWrangler(
      deployment.account === "" ? {} : { CLOUDFLARE_ACCOUNT_ID: deployment.account },
      () => {},
    );
    for (const finding of await places(await readRawConfig(TOP), deployment, wrangler)) tell(finding);
  }
  process.exitCode = isWell ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

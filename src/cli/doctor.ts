/**
 * `npm run doctor -- https://img.example.org [--picture URL]`: what is right and what to fix about a deployment, a line
 * each. Keys and secrets are those of the environment. Exit code 0: nothing to fix; 1: something; 2: wrong arguments.
 */
import { setTimeout as pause } from "node:timers/promises";
import { readCommandLine } from "./commandLine.ts";
import { DEPLOYMENT_FILE, readDeployment, TOP } from "./deploy/deployment.ts";
import { readRawConfig } from "./deploy/rawConfig.ts";
import { realWrangler } from "./deploy/wrangler.ts";
import { examine } from "./doctor/examine.ts";
import { type Finding, findingLine } from "./doctor/finding.ts";
import { places } from "./doctor/places.ts";
import { readSecrets } from "./doctor/secrets.ts";
import { DEFAULT_PICTURE } from "./doctor/tiers.ts";
import { answerHelp, refuse } from "./usage.ts";

const USAGE = `Usage: npm run doctor -- https://img.example.org [--picture URL]
SIGNING_KEYS, SIGNING_SALTS, WARM_SECRET, PURGE_SECRET and CATALOGUE_SECRET of the environment are those that the deployment
should have. A secret that neither of them has is a note (?), nothing to fix.
--picture URL is the source of the test picture (default: ${DEFAULT_PICTURE}).
Without SIGNING_KEYS it is asked for unsigned.
With a deployment.json and a login of wrangler, it also looks at the places of the buckets.
--file FILE is another deployment.json.`;

const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { values, rest, problems } = readCommandLine(argv, { values: ["picture", "file"], words: true });
const [word, another] = rest;
const url = word?.value.replace(/\/+$/, "") ?? "";
if (problems.length > 0) refuse(USAGE, ...problems);
if (!/^https?:\/\/[^/]+$/.test(url) || another !== undefined) {
  refuse(
    USAGE,
    `The address of one deployment is needed, such as https://img.example.org, not "${rest.map(({ value }) => value).join(" ")}"`,
  );
}

if (values.picture !== undefined && !URL.canParse(values.picture)) {
  refuse(USAGE, `--picture must be the address of a picture, not "${values.picture}"`);
}
let isWell = true;
const tell = (finding: Finding) => {
  if (finding.state === "fix") isWell = false;
  console.log(findingLine(finding));
};
try {
  const picture = values.picture ?? DEFAULT_PICTURE;
  const patient = { url, fetch, ...readSecrets(process.env), now: Date.now };
  await examine({ patient, picture, pause }, tell);
  const deployment = readDeployment(values.file ?? DEPLOYMENT_FILE);
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

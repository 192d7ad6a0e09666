/**
 * `npm run keys -- add | retire`: rotates the signing keys. Between the two the Worker accepts old and new signatures. Exit
 * code 0: done; 1: it was not done; 2: wrong arguments.
 */
import { randomBytes } from "node:crypto";
import { readCommandLine } from "./commandLine.ts";
import { DEPLOYMENT_FILE, readDeployment, TOP } from "./deploy/deployment.ts";
import { readRawConfig } from "./deploy/rawConfig.ts";
import { CommandFailed, realWrangler } from "./deploy/wrangler.ts";
import { signature } from "./doctor/checks.ts";
import { readSecrets } from "./doctor/secrets.ts";
import { type KeyLists, readKeyLists, setKeys, withNewPair, withoutOldPairs } from "./keys/rotate.ts";
import { answerHelp, refuse } from "./usage.ts";

const USAGE = `Usage: npm run keys -- add | retire [--endpoint https://img.example.org]
SIGNING_KEYS and SIGNING_SALTS in the environment are the present values of the Worker, oldest first.
add makes a new pair, sets old and new ones, and shows them once. Then sign with the new pair (npm run sign does).
retire removes all pairs but the newest, when no page uses an old address any more.
The Worker is asked first whether it accepts the present newest pair. Endpoint: the domain of deployment.json.`;

const ACTIONS = ["add", "retire"] as const;

const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { values, rest, problems } = readCommandLine(argv, { values: ["endpoint"], words: true });
const words = rest.map(({ value }) => value).join(" ");
const action = ACTIONS.find((one) => one === words);
if (problems.length > 0) refuse(USAGE, ...problems);
if (action === undefined) refuse(USAGE, `The argument cannot be "${words}"; known are ${ACTIONS.join(", ")}`);
try {
  process.exitCode = await rotate(action);
} catch (error) {
  if (error instanceof CommandFailed) console.error(error.command);
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function rotate(action: (typeof ACTIONS)[number]): Promise<number> {
  const present = readKeyLists(process.env);
  const next = action === "add" ? withNewPair(present, randomBytes) : withoutOldPairs(present);
  const deployment = readDeployment(DEPLOYMENT_FILE);
  const url = values.endpoint ?? (deployment === null ? null : `https://${deployment.domain}`);
  if (url === null) throw new Error("No endpoint: give --endpoint, or deploy first (deployment.json has the domain)");
  const patient = { url: url.replace(/\/+$/, ""), fetch, now: Date.now, ...readSecrets(process.env) };
  for (const { state, text } of await signature(patient))
    if (state !== "ok") throw new Error(`Nothing was changed: ${text}`);
  if (action === "add") show(next);
  const account = deployment?.account ?? "";
  const wrangler = realWrangler(account === "" ? {} : { CLOUDFLARE_ACCOUNT_ID: account }, console.error);
  await setKeys(next, (await readRawConfig(TOP)).name, wrangler);
  console.log(
    action === "add" ? "Both are accepted. Sign with the new pair from now on." : "Only the newest pair is accepted.",
  );
  if (action === "retire") show(next);
  return 0;
}

function show({ keys, salts }: KeyLists): void {
  console.log("The values from now on. Store them: the platform never shows them.");
  console.log(`  SIGNING_KEYS=${keys.join(",")}\n  SIGNING_SALTS=${salts.join(",")}`);
}

/**
 * `npm run deploy -- --domain img.example.org [--regions …] [--dry-run] [--destroy]`: everything that a deployment needs,
 * with wrangler, each command shown. A second run changes nothing; after a failure, run it again. Exit code 0: done; 1: it
 * stopped, or the test at the end found something; 2: wrong arguments.
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { DEPLOY_USAGE, type DeployArguments, parseDeployArguments } from "./deploy/arguments.ts";
import { generatedPath, resourcesOf, withDeployment } from "./deploy/configuration.ts";
import { type Deployment, NEW_DEPLOYMENT, readDeployment, TOP, writeDeployment } from "./deploy/deployment.ts";
import { destroy } from "./deploy/destroy.ts";
import { readRawConfig } from "./deploy/rawConfig.ts";
import { type DeployOrder, HEAVY, runDeploy } from "./deploy/run.ts";
import { selfTest } from "./deploy/selfTest.ts";
import { CommandFailed, realWrangler, showingWrites, unknownAccount, type Wrangler } from "./deploy/wrangler.ts";
import { answerHelp, refuse } from "./usage.ts";

const argv = process.argv.slice(2);
answerHelp(DEPLOY_USAGE, argv);
const parsed = parseDeployArguments(argv);
if (!parsed.ok) refuse(DEPLOY_USAGE, ...parsed.problems);
const LOGIN = "npx wrangler login, then ";
const say = (line: string) => console.log(line);
try {
  process.exitCode = await main(parsed.value);
} catch (error) {
  if (error instanceof CommandFailed) console.error(`\nStopped at: ${error.command}\n${error.message}`);
  else console.error(`\nStopped: ${error instanceof Error ? error.message : error}`);
  console.error("Correct that, then run the same command again: it goes on from here.");
  process.exitCode = 1;
}

async function main(args: DeployArguments): Promise<number> {
  const kept = readDeployment(args.file);
  if (kept === null && args.domain === null && args.mode !== "destroy") {
    if (args.regions !== null) throw new Error("--regions needs --domain the first time");
    const status = deployAsItIs(args);
    // Nobody has looked whether there is a login.
    if (status === 0 && args.mode === "dry-run") say(nothingChanged(LOGIN));
    return status;
  }
  const deployment = merged(kept, args);
  if (args.mode === "destroy") return destroyAll(deployment);
  if (args.mode === "dry-run") return dryRun(deployment, args);
  writeDeployment(args.file, deployment);
  const wrangler = realWrangler(accountOf(deployment), say);
  const order = await orderOf(deployment, args, wrangler);
  const { changed, secrets } = await runDeploy(order);
  say(changed ? "Deployed." : "Nothing has changed.");
  if (args.test === "") return 0;
  return (await selfTest(args.test ?? `https://${deployment.domain}`, { ...process.env, ...secrets }, say, pause))
    ? 0
    : 1;
}

function merged(kept: Deployment | null, { domain, regions, mode }: DeployArguments): Deployment {
  if (kept === null && mode === "destroy")
    throw new Error("There is no deployment.json here: nothing is known to destroy");
  const base = kept ?? NEW_DEPLOYMENT;
  return { ...base, domain: domain ?? base.domain, regions: regions ?? base.regions };
}

async function orderOf(
  deployment: Deployment,
  { file, further }: DeployArguments,
  wrangler: Wrangler,
): Promise<DeployOrder> {
  const where = { raw: await readRawConfig(TOP), generated: generatedPath(file), top: TOP };
  return { deployment, ...where, wrangler, say, random: randomBytes, further };
}

function accountOf({ account }: Deployment): Readonly<Record<string, string>> {
  return account === "" ? {} : { CLOUDFLARE_ACCOUNT_ID: account };
}

/** Without a domain: what `wrangler.toml` says, as wrangler does it. Its output has no name of the Worker, so a line says it. */
function deployAsItIs({ mode, further }: DeployArguments): number {
  const isDry = mode === "dry-run";
  const dry = isDry ? ["--dry-run"] : [];
  for (const [headline, args] of [
    [
      isDry
        ? "The second Worker, which decodes heavy kinds, would be built as:"
        : "The second Worker, for heavy kinds:",
      ["deploy", "--config", HEAVY, ...dry],
    ],
    [isDry ? "The Worker would be built as:" : "The Worker:", ["deploy", ...dry, ...further]],
  ] as const) {
    say(`\n${headline}`);
    const { status } = spawnSync("wrangler", args, { cwd: TOP, stdio: "inherit" });
    if (status !== 0) return status ?? 1;
  }
  return 0;
}

/** Reads the account when there is a login; else everything is taken as missing. */
async function dryRun(deployment: Deployment, args: DeployArguments): Promise<number> {
  const real = realWrangler(accountOf(deployment), say);
  const isKnown = (await real.read(["whoami", "--json"])).ok;
  if (!isKnown) say("There is no login, so this shows the commands for an empty account.");
  const wrangler = showingWrites(isKnown ? real : unknownAccount, say);
  const order = await orderOf(deployment, args, wrangler);
  await runDeploy({ ...order, isDry: true });
  say(`would serve https://${deployment.domain} (custom domain)`);
  if (args.test !== "")
    say(`would run the self-test: npm run doctor -- ${args.test ?? `https://${deployment.domain}`}`);
  const status = deployAsItIs(args);
  const login = isKnown ? "" : LOGIN;
  if (status === 0) say(nothingChanged(login));
  return status;
}

function nothingChanged(login: string): string {
  return `\nNothing was changed. To do it: ${login}the same without --dry-run.`;
}

async function destroyAll(deployment: Deployment): Promise<number> {
  const raw = await readRawConfig(TOP);
  const wanted = withDeployment(raw, deployment);
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answers = lines[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    process.stdout.write(question);
    return String((await answers.next()).value ?? "").trim();
  };
  const order = { resources: resourcesOf(wanted, deployment), domain: deployment.domain, say, ask };
  const wrangler = realWrangler(accountOf(deployment), say);
  const end = await destroy({ ...order, workers: [raw.name, `${raw.name}-heavy`], wrangler });
  lines.close();
  if (end === "kept") say("Nothing was deleted.");
  if (end === "done") say("Deleted. deployment.json is still here.");
  return end === "done" ? 0 : 1;
}

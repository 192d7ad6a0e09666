/**
 * `npm run settings -- check FILE | get [FILE] | put FILE`: the live settings of a deployment. A broken text is refused with
 * the line and column of every mistake. Exit code 0: done; 1: refused or failed; 2: wrong arguments.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCommandLine } from "./commandLine.ts";
import { DEPLOYMENT_FILE, readDeployment, TOP } from "./deploy/deployment.ts";
import { readRawConfig } from "./deploy/rawConfig.ts";
import { CommandFailed, realWrangler } from "./deploy/wrangler.ts";
import { SettingsStore, settingsNamespace, settingsProblems } from "./settings/store.ts";
import { answerHelp, refuse } from "./usage.ts";
import { deployedRegions } from "./variables.ts";

const USAGE = `Usage: npm run settings -- check FILE
       npm run settings -- get [FILE] [--namespace-id ID]
       npm run settings -- put FILE [--force] [--namespace-id ID]
check reads a file of live settings as the Worker does, and names every mistake with its line and column.
get prints what is stored, or writes it to FILE. put stores FILE. It refuses a text with a mistake, and a change that
somebody else made since your last get or put here (--force overwrites it: a takedown may be lost).
The KV namespace is that of wrangler.toml, or the one that npm run deploy made.`;

const ACTIONS = ["check", "get", "put"] as const;
const SEEN = join(TOP, ".firstlight/settings.seen");

const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { values, switches, rest, problems } = readCommandLine(argv, {
  values: ["namespace-id"],
  switches: ["force"],
  words: true,
});
const [word = "", file, ...others] = rest.map(({ value }) => value);
const action = ACTIONS.find((one) => one === word);
if (problems.length > 0) refuse(USAGE, ...problems);
if (action === undefined) refuse(USAGE, `The first word cannot be "${word}"; known are ${ACTIONS.join(", ")}`);
if (others.length > 0) refuse(USAGE, `Unknown argument ${others.join(" ")}`);
if (action !== "get" && file === undefined) refuse(USAGE, `${action} needs a file`);
try {
  process.exitCode = await main(action, file ?? "");
} catch (error) {
  if (error instanceof CommandFailed) console.error(error.command);
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(action: (typeof ACTIONS)[number], path: string): Promise<number> {
  const deployment = readDeployment(DEPLOYMENT_FILE);
  if (action === "get") {
    const text = await (await openStore()).get();
    if (path === "") console.log(text ?? "{}");
    else writeFileSync(path, text ?? "{}\n");
    if (text === null) console.error("Nothing is stored yet: these are empty settings.");
    return 0;
  }
  const text = readFileSync(path, "utf8");
  const wrong = settingsProblems(text, deployment?.regions ?? deployedRegions({}));
  for (const problem of wrong) console.error(`${path}: ${problem}`);
  if (wrong.length > 0) return 1;
  if (action === "check") {
    console.log(`${path}: the Worker can read it`);
    return 0;
  }
  const isStored = await (await openStore()).put(text, switches.has("force"));
  if (isStored) console.log("Stored. Every isolate reads it within about two minutes.");
  else
    console.error(
      "Not stored: somebody changed the settings since your last get here. Get them again, and add your change.",
    );
  return isStored ? 0 : 1;
}

async function openStore(): Promise<SettingsStore> {
  const account = readDeployment(DEPLOYMENT_FILE)?.account ?? "";
  const wrangler = realWrangler(account === "" ? {} : { CLOUDFLARE_ACCOUNT_ID: account }, (line) =>
    console.error(line),
  );
  const namespace = values["namespace-id"] ?? (await settingsNamespace(await readRawConfig(TOP), wrangler));
  return new SettingsStore(wrangler, namespace, SEEN);
}

/** A whole deployment, step by step. Each step looks first, so a run after a failure goes on where it stopped. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type RawConfig, resourcesOf, withDeployment, withIds } from "./configuration.ts";
import type { Deployment } from "./deployment.ts";
import { deployedMessage, messageOf } from "./fingerprint.ts";
import { provision } from "./provision.ts";
import { missingSecrets, secretLines, secretNames } from "./secrets.ts";
import { succeed, type Wrangler } from "./wrangler.ts";

export type DeployOrder = {
  readonly deployment: Deployment;
  /** `wrangler.toml` as wrangler parses it. */
  readonly raw: RawConfig;
  /** Path of the generated configuration, from the top of the checkout. */
  readonly generated: string;
  /** The checkout. */
  readonly top: string;
  readonly wrangler: Wrangler;
  readonly say: (line: string) => void;
  /** So many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** Further arguments of `wrangler deploy` for the Worker. */
  readonly further: readonly string[];
  /** Nothing is written, neither here nor there. */
  readonly isDry?: boolean;
};

export type Deployed = {
  /** Whether a Worker was deployed. */
  readonly changed: boolean;
  /** Secrets that were made in this run. */
  readonly secrets: Readonly<Record<string, string>>;
};

/** The heavy Worker's configuration, from the top of the checkout. */
export const HEAVY = "src/heavy/wrangler.toml";
/** wrangler would make missing buckets anywhere. Ours are made before, in their places. */
const NO_PROVISION = "--no-x-provision";

/** Throws CommandFailed, WrongPlace, and Error when the configuration cannot be read. */
export async function runDeploy(order: DeployOrder): Promise<Deployed> {
  const { deployment, raw, generated, top, wrangler, say, random, further, isDry = false } = order;
  const wanted = withDeployment(raw, deployment);
  say("Buckets, KV, queues:");
  const ids = await provision(resourcesOf(wanted, deployment), deployment, wrangler);
  const text = `${JSON.stringify(isDry ? wanted : withIds(wanted, ids), null, 2)}\n`;
  if (!isDry) {
    writeGenerated(join(top, generated), text);
    say(`${generated} has the ids. Each run makes it anew.`);
  }

  const worker: WorkerStep = { order, record: join(top, generated.replace(/\.wrangler\.json$/, ".done.json")) };
  say("The heavy Worker:");
  const heavyText = readFileSync(join(top, HEAVY), "utf8");
  const heavyName = /^name = "([^"]+)"/m.exec(heavyText)?.[1] ?? "";
  const heavy = await deployWorker(worker, heavyName, messageOf(top, heavyText), ["--config", HEAVY], false);

  say("The Worker:");
  const secrets = missingSecrets(await secretNames(raw.name, wrangler), random);
  // Shown before they are sent: when the answer gets lost, the operator must have what the platform has.
  if (isDry) say(`would make: ${Object.keys(secrets).join(", ") || "no secret"}`);
  else for (const line of secretLines(secrets)) say(line);
  const folder = mkdtempSync(join(tmpdir(), "firstlight-deploy-"));
  try {
    const file = join(folder, "secrets.json");
    const isNew = Object.keys(secrets).length > 0;
    if (isNew) writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    const args = ["--config", generated, NO_PROVISION, ...(isNew ? ["--secrets-file", file] : []), ...further];
    const main = await deployWorker(worker, raw.name, messageOf(top, text), args, isNew || further.length > 0);
    return { changed: heavy || main, secrets };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type WorkerStep = {
  readonly order: DeployOrder;
  /** File that says which deployments came to their end: name of the Worker -> message. */
  readonly record: string;
};

/**
 * Deploys a Worker unless this version of it is deployed. Gives whether it did. A deployment uploads first and sets domain
 * and queues afterwards, so the version alone does not say that it came to its end: the record does.
 */
async function deployWorker(
  { order: { wrangler, say, isDry }, record }: WorkerStep,
  name: string,
  message: string,
  args: readonly string[],
  always: boolean,
): Promise<boolean> {
  const ended = existsSync(record)
    ? (JSON.parse(readFileSync(record, "utf8")) as Readonly<Record<string, string>>)
    : {};
  if (!always && ended[name] === message && (await deployedMessage(name, wrangler)) === message) {
    say(`${name} is deployed as it is here (${message}).`);
    return false;
  }
  const named = args.some((word) => /^--message(=|$)/.test(word)) ? [] : ["--message", message];
  const command = ["deploy", ...args, ...named];
  await succeed(wrangler.write(command), command);
  if (isDry !== true) writeGenerated(record, JSON.stringify({ ...ended, [name]: message }));
  return true;
}

function writeGenerated(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

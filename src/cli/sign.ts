/**
 * `npm run sign -- SOURCE [OPTION ...]` prints a signed URL, or its path if there is no --endpoint. `--explain URL` says what
 * a Worker answers to a URL or a path, and why. Exit code 1: the Worker refuses it, 2: wrong arguments.
 */

import type { Config } from "../config/config.ts";
import { SETTINGS } from "../config/table.ts";
import { readConfig } from "../context/readConfig.ts";
import { overrideCheck } from "../coordinate/overrides.ts";
import { Failure, publicMessage } from "../errors.ts";
import { withSettings } from "../live/liveSettings.ts";
import { applyOption, DEFAULTS } from "../request/options/applyOption.ts";
import { toBase64url } from "../request/signing/base64url.ts";
import { signPath } from "../request/signing/signature.ts";
import { readSettingsFile } from "./edge/settingsFile.ts";
import { parseSignArguments, SIGN_USAGE, type SignArguments } from "./sign/arguments.ts";
import { explain } from "./sign/explain.ts";
import { answerHelp, refuse } from "./usage.ts";
import { edgeVariables } from "./variables.ts";

/** The endpoint of a path if none is given. It is on loopback, so that settings for development can be explained too. */
const NO_ENDPOINT = "http://127.0.0.1";

const argv = process.argv.slice(2);
answerHelp(SIGN_USAGE, argv);
const parsed = parseSignArguments(argv);
if (!parsed.ok) refuse(SIGN_USAGE, ...parsed.problems);
try {
  process.exitCode = parsed.value.mode === "sign" ? await sign(parsed.value) : await tell(parsed.value);
} catch (error) {
  console.error(lineOf(error));
  process.exitCode = 2;
}

async function sign({ url, segments, plain, endpoint, ...args }: SignArguments): Promise<number> {
  segments.reduce((options, segment) => applyOption(options, segment), DEFAULTS);
  const config = configFrom(args);
  // Rotation appends the new pair (docs/operator/operations.md).
  const pair = config.signingPairs.at(-1);
  if (pair === undefined) throw new Error("No key: set SIGNING_KEYS and SIGNING_SALTS, or give --key and --salt");
  const source = plain ? `plain/${encodeURIComponent(url)}` : toBase64url(new TextEncoder().encode(url));
  const path = `/${[...segments, source].join("/")}`;
  console.log(`${endpoint}/${await signPath(path, pair, config.signatureSize)}${path}`);
  return 0;
}

async function tell({ url, accept, colo, endpoint, settings, ...args }: SignArguments): Promise<number> {
  const isPath = url.startsWith("/");
  const asked = isPath ? `${endpoint === "" ? NO_ENDPOINT : endpoint}${url}` : url;
  const variables = variablesOf(args);
  const config = withLive(configFrom(args), settings, variables);
  const { ok, lines } = await explain(asked, { accept: accept ?? null, colo: colo ?? null }, config, Date.now());
  console.log(lines.join("\n"));
  if (isPath && endpoint === "") {
    console.log("host          none given; --endpoint URL tells whether the source is the proxy itself");
  }
  return ok ? 0 : 1;
}

function withLive(config: Config, file: string | undefined, variables: Readonly<Record<string, string>>): Config {
  if (file === undefined) return config;
  return withSettings(config, readSettingsFile(file, variables), overrideCheck(config.regions));
}

/** One line for whoever typed the command. */
function lineOf(error: unknown): string {
  if (error instanceof Failure) return error.detail ?? publicMessage(error.reason, error.facts);
  return error instanceof Error ? error.message : String(error);
}

type Given = Pick<SignArguments, "key" | "salt" | "size" | "vars">;

/** Those of wrangler.toml, over them the environment's, over them those of the command line. */
function variablesOf({ key, salt, size, vars }: Given): Readonly<Record<string, string>> {
  const ours = Object.values(SETTINGS).flatMap(({ variable }) => {
    const value = process.env[variable];
    return value === undefined ? [] : [[variable, value] as const];
  });
  return edgeVariables({
    ...Object.fromEntries(ours),
    ...vars,
    ...(key === undefined || salt === undefined ? {} : { SIGNING_KEYS: key, SIGNING_SALTS: salt }),
    ...(size === undefined ? {} : { SIGNATURE_SIZE: size }),
  });
}

function configFrom(given: Given): Config {
  return readConfig(variablesOf(given));
}

/**
 * `npm run sign -- SOURCE [OPTION ...]` prints a signed URL, or its path when there is no --endpoint. `--explain URL` says
 * what a URL or a path means and why it is refused. Exit code 1: refused, 2: wrong arguments.
 */

import { SETTINGS } from "../config/table.ts";
import { readConfig } from "../context/readConfig.ts";
import { Failure, publicMessage } from "../errors.ts";
import { applyOption, DEFAULTS } from "../request/options/applyOption.ts";
import { toBase64url } from "../request/signing/base64url.ts";
import { signPath } from "../request/signing/signature.ts";
import { parseSignArguments, SIGN_USAGE, type SignArguments } from "./sign/arguments.ts";
import { explain } from "./sign/explain.ts";
import { answerHelp, refuse } from "./usage.ts";

/** The endpoint of a path when none is given. It is on loopback, so that settings for development are explained too. */
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
  const [pair] = config.signingPairs;
  if (pair === undefined) throw new Error("No key: set SIGNING_KEYS and SIGNING_SALTS, or give --key and --salt");
  const source = plain ? `plain/${encodeURIComponent(url)}` : toBase64url(new TextEncoder().encode(url));
  const path = `/${[...segments, source].join("/")}`;
  console.log(`${endpoint}/${await signPath(path, pair, config.signatureSize)}${path}`);
  return 0;
}

async function tell({ url, accept, endpoint, ...args }: SignArguments): Promise<number> {
  const path = url.startsWith("/");
  const asked = path ? `${endpoint === "" ? NO_ENDPOINT : endpoint}${url}` : url;
  const { ok, lines } = await explain(asked, accept ?? null, configFrom(args), Date.now());
  console.log(lines.join("\n"));
  if (path && endpoint === "")
    console.log("host        none given; --endpoint URL tells whether the source is the proxy itself");
  return ok ? 0 : 1;
}

/** One line for whoever typed the command. */
function lineOf(error: unknown): string {
  if (error instanceof Failure) return error.detail ?? publicMessage(error.reason, error.facts);
  return error instanceof Error ? error.message : String(error);
}

/** Our variables from the environment; the command line overrides them. */
function configFrom({ key, salt, size }: Pick<SignArguments, "key" | "salt" | "size">) {
  const ours = Object.values(SETTINGS).map(({ variable }) => [variable, process.env[variable]]);
  return readConfig({
    ...Object.fromEntries(ours),
    ...(key === undefined ? {} : { SIGNING_KEYS: key, SIGNING_SALTS: salt }),
    ...(size === undefined ? {} : { SIGNATURE_SIZE: size }),
  });
}

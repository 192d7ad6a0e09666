/**
 * `npm run sign -- SOURCE [OPTION ...]` prints a signed URL (its path, without --endpoint); `--explain URL` says what
 * a URL means and why it is refused. Exit code 1: refused, 2: wrong arguments.
 */

import { SETTINGS } from "../config/table.ts";
import { parseConfig } from "../config.ts";
import { asFailure, publicMessage } from "../errors.ts";
import { toBase64url } from "../request/base64url.ts";
import { applyOption, DEFAULTS } from "../request/options.ts";
import { signPath } from "../request/signature.ts";
import { parseSignArguments, SIGN_USAGE, type SignArguments } from "./sign/arguments.ts";
import { explain } from "./sign/explain.ts";

const parsed = parseSignArguments(process.argv.slice(2));
if (parsed.ok) {
  try {
    process.exitCode = parsed.value.mode === "sign" ? await sign(parsed.value) : await tell(parsed.value);
  } catch (error) {
    const { reason, facts, detail } = asFailure(error);
    console.error(detail ?? publicMessage(reason, facts));
    process.exitCode = 2;
  }
} else {
  console.error([...parsed.problems, `Usage: ${SIGN_USAGE}`].join("\n"));
  process.exitCode = 2;
}

async function sign({ url, segments, plain, endpoint, ...args }: SignArguments): Promise<number> {
  segments.reduce(applyOption, DEFAULTS);
  const config = configFrom(args);
  const [pair] = config.signingPairs;
  if (pair === undefined) throw new Error("No key: set SIGNING_KEYS and SIGNING_SALTS, or give --key and --salt");
  const source = plain ? `plain/${encodeURIComponent(url)}` : toBase64url(new TextEncoder().encode(url));
  const path = `/${[...segments, source].join("/")}`;
  console.log(`${endpoint.replace(/\/$/, "")}/${await signPath(path, pair, config.signatureSize)}${path}`);
  return 0;
}

async function tell({ url, accept, ...args }: SignArguments): Promise<number> {
  if (!URL.canParse(url)) throw new Error(`--explain needs an absolute URL, ${url} is none`);
  const { ok, lines } = await explain(url, accept ?? null, configFrom(args), Date.now());
  console.log(lines.join("\n"));
  return ok ? 0 : 1;
}

/** The environment's variables that are ours, and what the command line says instead. */
function configFrom({ key, salt, size }: Pick<SignArguments, "key" | "salt" | "size">) {
  const ours = Object.values(SETTINGS).map(({ variable }) => [variable, process.env[variable]]);
  return parseConfig({
    ...Object.fromEntries(ours),
    ...(key === undefined ? {} : { SIGNING_KEYS: key, SIGNING_SALTS: salt }),
    ...(size === undefined ? {} : { SIGNATURE_SIZE: size }),
  });
}

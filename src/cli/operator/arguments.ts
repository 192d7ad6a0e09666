/** The arguments and the environment of `npm run operator`. Pure. */
import { readCommandLine } from "../commandLine.ts";
import { DEFAULT_HOURS, HOURS } from "./page/document.ts";
import type { Account } from "./platformApi.ts";

export const DEFAULT_PORT = 8791;
const CLOUDFLARE_API = "https://api.cloudflare.com/client/v4";
const MAX_PORT = 65_535;

export const OPERATOR_USAGE = `Usage: npm run operator -- --endpoint https://img.example.org --account ID [--port N] [--run NAME ...] [--json]
Serves the operator's page of a deployment on 127.0.0.1:N (default ${DEFAULT_PORT}; 0: any free port): hit ratio, latency, sources,
hints, jobs, and dollars by item. It reads Analytics Engine and the GraphQL Analytics API.
CLOUDFLARE_API_TOKEN in the environment is a token with the permission Account Analytics, Read. It cannot be an argument.
--account defaults to CLOUDFLARE_ACCOUNT_ID. --run NAME shows a run of the catalogue; it needs CATALOGUE_SECRET in the
environment. --dataset NAME and --script NAME,... are for a deployment with other names than firstlight and
firstlight,firstlight-heavy. --json prints the report of the last ${DEFAULT_HOURS} hours, or --hours ${HOURS.join("|")}, and ends.`;

export type OperatorArguments = {
  readonly endpoint: string;
  readonly account: Account;
  readonly dataset: string;
  readonly scripts: readonly string[];
  readonly port: number;
  readonly runs: readonly string[];
  readonly catalogueSecret: string;
  readonly hours: number;
  readonly json: boolean;
};

type Env = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong is in `problems`. No problem repeats the token. */
export function parseOperatorArguments(
  argv: readonly string[],
  env: Env,
): { readonly value: OperatorArguments; readonly problems: readonly string[] } {
  const {
    values,
    lists,
    switches,
    problems: wrong,
  } = readCommandLine(argv, {
    values: ["endpoint", "account", "port", "run", "dataset", "script", "hours"],
    lists: ["run"],
    switches: ["json"],
  });
  const problems = [...wrong];
  const check = (isRight: boolean, problem: string) => {
    if (!isRight) problems.push(problem);
  };
  const endpoint = (values.endpoint ?? "").replace(/\/+$/, "");
  check(
    /^https?:\/\/[^/]+$/.test(endpoint),
    `--endpoint must be the deployment's address, such as https://img.example.org, not "${endpoint}"`,
  );
  const account = values.account ?? env.CLOUDFLARE_ACCOUNT_ID ?? "";
  check(/^[0-9a-f]{32}$/.test(account), `--account must be an account's id, 32 hex digits, not "${account}"`);
  const token = env.CLOUDFLARE_API_TOKEN ?? "";
  check(token !== "", "No token: set CLOUDFLARE_API_TOKEN in the environment");
  const api = (env.CLOUDFLARE_API_BASE_URL ?? CLOUDFLARE_API).replace(/\/+$/, "");
  check(
    /^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(api),
    `CLOUDFLARE_API_BASE_URL must be https://…, or on this machine, not "${api}": the token is sent there`,
  );
  const dataset = values.dataset ?? "firstlight";
  check(/^[A-Za-z_]\w*$/.test(dataset), `--dataset cannot be ${dataset}: letters, digits and underscores`);
  const scripts = (values.script ?? "firstlight,firstlight-heavy").split(",");
  const port = Number(values.port ?? DEFAULT_PORT);
  check(
    /^\d+$/.test(values.port ?? "0") && port <= MAX_PORT,
    `--port cannot be ${values.port}: a whole number from 0 to ${MAX_PORT}`,
  );
  const hours = Number(values.hours ?? DEFAULT_HOURS);
  check(
    HOURS.some((one) => one === hours),
    `--hours cannot be ${values.hours}: one of ${HOURS.join(", ")}`,
  );
  const runs = lists.run ?? [];
  const catalogueSecret = env.CATALOGUE_SECRET ?? "";
  check(runs.length === 0 || catalogueSecret !== "", "--run needs CATALOGUE_SECRET in the environment");
  const json = switches.has("json");
  const of = { api, account, token };
  return { value: { endpoint, account: of, dataset, scripts, port, runs, catalogueSecret, hours, json }, problems };
}

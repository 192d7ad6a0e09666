/** The command line of `npm run deploy`. Pure. */
import { DEPLOYMENT_FILE, deploymentProblems, NEW_DEPLOYMENT } from "./deployment.ts";

export type DeployArguments = {
  readonly mode: "deploy" | "dry-run" | "destroy";
  /** Null: that of `deployment.json`. */
  readonly domain: string | null;
  readonly regions: readonly string[] | null;
  /** The deployment's file. */
  readonly file: string;
  /** Address that the self-test asks; null: https:// and the domain; empty: no self-test. */
  readonly test: string | null;
  /** Arguments of `wrangler deploy`, for the Worker. */
  readonly further: readonly string[];
};

export type ParsedDeployArguments =
  | { readonly ok: true; readonly value: DeployArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const DEPLOY_USAGE = `Usage: npm run deploy -- [--domain HOST] [--regions enam,weur,apac,oc] [--dry-run] [--no-test | --test URL]
         [--file deployment.json] [other arguments of wrangler deploy]
       npm run deploy -- --destroy [--file deployment.json]
Makes what is missing (buckets in their places, lifecycle rules, KV, queues, secrets) and deploys both Workers. Each command
is shown. A second run changes nothing; after a failure, run it again.
Domain and regions are kept in deployment.json, which is yours: later runs need neither. Without that file and without --domain, both
Workers are deployed with wrangler.toml as it is.
--dry-run changes nothing and shows what it would run. --destroy deletes everything again, and asks twice.
--no-test leaves out the test at the end; --test URL asks there instead of at https://HOST.`;

const VALUES = ["--domain", "--regions", "--test", "--file"] as const;
const SWITCHES = ["--dry-run", "--destroy", "--no-test"] as const;

/** Reads the words after `npm run deploy --`; words that it does not know are wrangler's. Never throws. */
export function parseDeployArguments(argv: readonly string[]): ParsedDeployArguments {
  const problems: string[] = [];
  const values = new Map<string, string>();
  const switches = new Set<string>();
  const further: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const name = word.split("=", 1)[0] ?? "";
    if (SWITCHES.some((one) => one === word)) switches.add(word);
    else if (!VALUES.some((one) => one === name)) further.push(word);
    else {
      const value = word === name ? (argv[++at] ?? "") : word.slice(name.length + 1);
      if (value === "" || value.startsWith("--")) problems.push(`${name} needs a value`);
      else if (values.has(name)) problems.push(`${name} is given twice: a deployment has one`);
      else values.set(name, value);
    }
  }
  const domain = values.get("--domain")?.toLowerCase() ?? null;
  const regions = values.get("--regions")?.split(",") ?? null;
  const test = switches.has("--no-test") ? "" : (values.get("--test") ?? null);
  const given = { domain: domain ?? "img.example.org", regions: regions ?? NEW_DEPLOYMENT.regions };
  problems.push(...deploymentProblems({ ...NEW_DEPLOYMENT, ...given }).map((problem) => `--${problem}`));
  if (
    switches.has("--destroy") &&
    (switches.size > 1 || [...values.keys()].some((name) => name !== "--file") || further.length > 0)
  ) {
    problems.push("--destroy takes nothing else but --file");
  }
  if (problems.length > 0) return { ok: false, problems };
  const mode = switches.has("--destroy") ? "destroy" : switches.has("--dry-run") ? "dry-run" : "deploy";
  return { ok: true, value: { mode, file: values.get("--file") ?? DEPLOYMENT_FILE, domain, regions, test, further } };
}

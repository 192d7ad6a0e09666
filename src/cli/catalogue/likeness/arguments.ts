/** The command line of `npm run catalogue -- likeness`. Pure. */
import { availableParallelism } from "node:os";
import { RUN_NAME } from "../../../catalogue/run.ts";
import { readCommandLine } from "../../commandLine.ts";
import { LOG_USAGE, LOG_VALUES, type LogArguments, readLogArguments } from "../outcomes/logArguments.ts";

export const USAGE = `Usage: npm run catalogue -- likeness RUN|FILE… --to FOLDER [--rows FILE]… [--k 20] [--threads N]
         [--previous CLUSTERS.tsv] [--chunk A,B] [--platform [--worker URL] [--secret TEXT]]
${LOG_USAGE}
RUN is a run, whose log is read from the bucket; FILEs are JSONL of outcomes, as \`-- export\` writes them. --rows are parts of
the import, for the dates and views that choose a cluster's representative. FOLDER gets neighbours.tsv (id, neighbour,
distance) and clusters.tsv (id, cluster, representative). --previous keeps the names of the clusters of an earlier run.
--chunk does one chunk of the job, part A against part B, prints its pairs and CPU time, and writes nothing.
--platform has the Worker's queue find the pairs of a RUN, in place of this machine's threads. Worker and secret default to
CATALOGUE_ENDPOINT and CATALOGUE_SECRET in the environment.
docs/operator/enrichment.md says what hashes can find.`;

const MOST_NEIGHBOURS = 100;
const MOST_THREADS = 64;

export type Arguments = {
  /** Files of outcomes; null = the log of a run. */
  readonly files: readonly string[] | null;
  readonly log: LogArguments;
  readonly rows: readonly string[];
  readonly to: string;
  readonly k: number;
  readonly threads: number;
  readonly previous: string | null;
  readonly chunk: { readonly a: number; readonly b: number } | null;
  /** The Worker whose queue finds the pairs; null = this machine does. */
  readonly platform: { readonly endpoint: string; readonly secret: string } | null;
};

type Env = Readonly<Record<string, string | undefined>>;

export function readArguments(
  argv: readonly string[],
  env: Env,
): { readonly value: Arguments; readonly problems: readonly string[] } {
  const names = ["to", "rows", "k", "threads", "previous", "chunk", "worker", "secret", ...LOG_VALUES] as const;
  const line = readCommandLine(argv, { values: names, lists: ["rows"], switches: ["platform"], words: true });
  const problems = [...line.problems];
  const numberOf = (name: "k" | "threads", fallback: number, most: number): number => {
    const text = line.values[name] ?? String(fallback);
    if (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= most) return Number(text);
    problems.push(`--${name} cannot be ${text}: a whole number from 1 to ${most}`);
    return fallback;
  };
  const words = line.rest.map(({ value }) => value);
  const files = words.length === 1 && RUN_NAME.is(words[0]) ? null : words;
  const log = readLogArguments(line, env);
  if (words.length === 0) problems.push("No run and no file of outcomes is named");
  else if (files === null) problems.push(...log.problems);
  const { to = "", previous = null, chunk } = line.values;
  if (to === "" && chunk === undefined) problems.push("No folder for the results: give --to");
  const [a, b] = /^\d{1,6},\d{1,6}$/.test(chunk ?? "0,0") ? (chunk ?? "0,0").split(",").map(Number) : [];
  if (a === undefined || b === undefined)
    problems.push(`--chunk cannot be ${chunk}: two numbers of parts, such as 0,3`);
  const parts = chunk === undefined ? null : { a: Math.min(a ?? 0, b ?? 0), b: Math.max(a ?? 0, b ?? 0) };
  const endpoint = (line.values.worker ?? env.CATALOGUE_ENDPOINT ?? "").replace(/\/+$/, "");
  const secret = line.values.secret ?? env.CATALOGUE_SECRET ?? "";
  const platform = line.switches.has("platform") ? { endpoint, secret } : null;
  if (platform !== null) {
    if (files !== null) problems.push("--platform is for a run: its Worker reads the run's bucket");
    if (chunk !== undefined) problems.push("--platform and --chunk exclude each other");
    if (!/^https?:\/\//.test(endpoint)) problems.push("No Worker: set CATALOGUE_ENDPOINT, or give --worker URL");
    if (secret === "") problems.push("No secret: set CATALOGUE_SECRET, or give --secret");
  }
  const k = numberOf("k", 20, MOST_NEIGHBOURS);
  const threads = numberOf("threads", Math.min(MOST_THREADS, availableParallelism()), MOST_THREADS);
  const value = {
    files,
    log: log.value,
    rows: line.lists.rows ?? [],
    to,
    k,
    threads,
    previous,
    chunk: parts,
    platform,
  };
  return { value, problems };
}

/** The command line of `npm run catalogue -- likeness`. Pure. */
import { availableParallelism } from "node:os";
import { RUN_NAME } from "../../../catalogue/run.ts";
import { readCommandLine } from "../../commandLine.ts";
import { LOG_USAGE, LOG_VALUES, type LogArguments, readLogArguments } from "../outcomes/logArguments.ts";
import type { EmbeddingPlace } from "./httpEmbedder.ts";

const [NEIGHBOURS, MOST_NEIGHBOURS] = [20, 100];
const MOST_THREADS = 64;

export const USAGE = `Finds copies among the pictures of a run by their hashes, and clusters them.
Usage: npm run catalogue -- likeness RUN|FILE… --to FOLDER [--rows FILE]… [--k ${NEIGHBOURS}] [--threads N]
         [--previous CLUSTERS.tsv] [--chunk A,B] [--platform [--worker URL] [--secret TEXT]]
       npm run catalogue -- likeness RUN --to FOLDER --embeddings URL --model NAME [--least 0.8] [--k ${NEIGHBOURS}]
${LOG_USAGE}
RUN is a run, whose log is read from the bucket; FILEs are JSONL of outcomes, as \`-- export\` writes them. --rows are parts of
the import, for the dates and views that choose a cluster's representative. FOLDER gets neighbours.tsv (id, neighbour,
distance) and clusters.tsv (id, cluster, representative).
--k: for each picture, neighbours.tsv has at most so many others, the nearest first (${NEIGHBOURS}, up to ${MOST_NEIGHBOURS}). It does not
change the clusters.
--threads: threads of this machine that compare hashes (one for each processor, up to ${MOST_THREADS}).
--previous keeps the names of the clusters of an earlier run.
--chunk does one chunk of the job, part A against part B, prints its pairs and CPU time, and writes nothing.
--platform has the Worker's queue find the pairs of a RUN, in place of this machine's threads. Worker and secret default to
CATALOGUE_ENDPOINT and CATALOGUE_SECRET in the environment.
--embeddings compares pictures by what a model at URL sees in them, not by hashes: pictures of one subject, no copies. Up to
20 000 pictures. EMBEDDINGS_KEY in the environment is sent as a bearer token. --least is the least cosine, 0 to 1.
docs/operator/enrichment.md says what hashes can find.`;

const EMBEDDING_VALUES = ["embeddings", "model", "least"] as const;

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
  /** The model by which pictures are compared; null = by their hashes. */
  readonly embeddings: (EmbeddingPlace & { readonly least: number }) | null;
  /** The Worker whose queue finds the pairs; null = this machine does. */
  readonly platform: { readonly endpoint: string; readonly secret: string } | null;
};

type Env = Readonly<Record<string, string | undefined>>;

export function readArguments(
  argv: readonly string[],
  env: Env,
): { readonly value: Arguments; readonly problems: readonly string[] } {
  const own = ["to", "rows", "k", "threads", "previous", "chunk", "worker", "secret"] as const;
  const names = [...own, ...EMBEDDING_VALUES, ...LOG_VALUES];
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
  const embeddings = embeddingsOf(line.values, env, problems);
  if (embeddings !== null && (files !== null || platform !== null || chunk !== undefined)) {
    problems.push("--embeddings is for a run, without --platform and --chunk");
  }
  const k = numberOf("k", NEIGHBOURS, MOST_NEIGHBOURS);
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
    embeddings,
  };
  return { value, problems };
}

function embeddingsOf(
  values: Readonly<Partial<Record<(typeof EMBEDDING_VALUES)[number], string>>>,
  env: Env,
  problems: string[],
): Arguments["embeddings"] {
  const { embeddings: url, model = "", least = "0.8" } = values;
  if (url === undefined) {
    if (model !== "" || values.least !== undefined) problems.push("--model and --least go with --embeddings");
    return null;
  }
  if (!URL.canParse(url) || !/^https?:/.test(url)) problems.push(`--embeddings cannot be ${url}: an http or https URL`);
  if (model === "") problems.push("No model is named: give --model NAME");
  if (!/^(0(\.\d{1,4})?|1)$/.test(least)) problems.push(`--least cannot be ${least}: from 0 to 1, with up to 4 digits`);
  return { url, model, key: env.EMBEDDINGS_KEY ?? "", least: Number(least) };
}

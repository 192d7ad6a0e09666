/** `npm run catalogue -- similar RUN …` writes the files of `-- likeness` into the databases, for `GET /similar/{id}`. */
import { firstPass } from "../../catalogue/outcomeLog.ts";
import { MOST_NEIGHBOURS, type Named, type Similar } from "../../catalogue/similar.ts";
import { readCommandLine } from "../commandLine.ts";
import { callSigned, type SignedCall } from "../signedCall.ts";
import { refuse } from "../usage.ts";
import type { Command } from "./command.ts";
import { linesOf } from "./likeness/candidates.ts";
import { LOG_USAGE, LOG_VALUES, readLogArguments } from "./outcomes/logArguments.ts";
import { withLog } from "./outcomes/openLog.ts";

const USAGE = `Usage: npm run catalogue -- similar RUN --neighbours FILE --clusters FILE [--worker URL] [--secret TEXT]
${LOG_USAGE}
The files are those of \`-- likeness\`. Pictures that are not stored in RUN are left out. Written again, rows are replaced.
Worker and secret default to CATALOGUE_ENDPOINT and CATALOGUE_SECRET in the environment.`;

const DOOR = { path: "/similar", variable: "CATALOGUE_SECRET" } as const;
/** Rows of an order: with 50 neighbours of 128 characters each they stay below 4 MiB. */
const STEP = 200;

export const SIMILAR: Command = {
  usage: USAGE,
  run: async (argv, env) => {
    const line = readCommandLine(argv, {
      values: ["neighbours", "clusters", "worker", "secret", ...LOG_VALUES],
      words: true,
    });
    const log = readLogArguments(line, env);
    const problems = [...line.problems, ...log.problems];
    const { neighbours, clusters } = line.values;
    const endpoint = (line.values.worker ?? env.CATALOGUE_ENDPOINT ?? "").replace(/\/+$/, "");
    const secret = line.values.secret ?? env.CATALOGUE_SECRET ?? "";
    if (!/^https?:\/\//.test(endpoint)) problems.push("No Worker: set CATALOGUE_ENDPOINT, or give --worker URL");
    if (secret === "") problems.push("No secret: set CATALOGUE_SECRET, or give --secret");
    if (neighbours === undefined || clusters === undefined) problems.push("--neighbours and --clusters are needed");
    if (problems.length > 0 || neighbours === undefined || clusters === undefined) return refuse(USAGE, ...problems);
    return withLog(log.value, "Run it again: rows are replaced.", async ({ pages, signal }) => {
      const sources = new Map<string, string>();
      for await (const { outcomes } of pages(firstPass(log.value.run, Date.now()))) {
        for (const { id, source, rendition } of outcomes) if (rendition !== null) sources.set(id, source);
      }
      const onRetry = (why: string, seconds: number) => console.error(`${why}; again in ${seconds} s`);
      const call: SignedCall = { endpoint, secret, signal, onRetry };
      const sums = { written: 0, unbound: 0 };
      for await (const rows of pagesOf(similarOf(sources, neighbours, clusters))) {
        const step = await callSigned({ rows }, DOOR, call, ({ written, unbound }) =>
          typeof written === "number" && typeof unbound === "number" ? { written, unbound } : undefined,
        );
        sums.written += step.written;
        sums.unbound += step.unbound;
      }
      console.log(JSON.stringify(sums));
      return 0;
    });
  },
};

/** A row for each picture that has a neighbour or a cluster. The lines of a picture stand together in its file. */
async function* similarOf(
  sources: ReadonlyMap<string, string>,
  neighbours: string,
  clusters: string,
): AsyncGenerator<Similar> {
  const named = (id: string): readonly Named[] => {
    const source = sources.get(id);
    return source === undefined ? [] : [{ id, source }];
  };
  const clusterOf = new Map<string, Pick<Similar, "cluster" | "representative">>();
  for await (const [id, cluster, representative] of cellsOf(clusters, "cluster")) {
    clusterOf.set(id, { cluster, representative: named(representative)[0] ?? null });
  }
  const rowOf = (id: string, near: Similar["neighbours"]): readonly Similar[] => {
    const { cluster, representative } = clusterOf.get(id) ?? { cluster: null, representative: null };
    clusterOf.delete(id);
    return named(id).map((own) => ({ ...own, cluster, representative, neighbours: near.slice(0, MOST_NEIGHBOURS) }));
  };
  let [current, near]: [string, Similar["neighbours"][number][]] = ["", []];
  for await (const [id, neighbour, distance] of cellsOf(neighbours, "neighbour")) {
    if (id !== current) {
      if (current !== "") yield* rowOf(current, near);
      [current, near] = [id, []];
    }
    near.push(...named(neighbour).map((one) => ({ ...one, distance: Number(distance) })));
  }
  if (current !== "") yield* rowOf(current, near);
  for (const id of [...clusterOf.keys()]) yield* rowOf(id, []);
}

/** The cells of each line below the heads. */
async function* cellsOf(file: string, head: string): AsyncGenerator<readonly [string, string, string]> {
  for await (const line of linesOf(file)) {
    const [first = "", second = "", third = ""] = line.split("\t");
    if (second !== head) yield [first, second, third];
  }
}

async function* pagesOf(rows: AsyncIterable<Similar>): AsyncGenerator<readonly Similar[]> {
  let page: Similar[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length < STEP) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

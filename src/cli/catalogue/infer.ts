/** `npm run catalogue -- infer …` gives pictures with few tags those that their neighbours agree on. */
import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { evaluate, type Held } from "../../catalogue/inference/evaluate.ts";
import { popularityOf } from "../../catalogue/inference/popularity.ts";
import { countTags, inferTags, LEAST_SUPPORT, type Tagged } from "../../catalogue/inference/vote.ts";
import { readRow } from "../../catalogue/manifestRow.ts";
import { BadRecord } from "../../catalogue/record.ts";
import { readCommandLine } from "../commandLine.ts";
import { counted } from "../counted.ts";
import type { Command } from "./command.ts";
import { linesOf } from "./likeness/candidates.ts";
import { readClusters } from "./likeness/results.ts";

const USAGE = `Usage: npm run catalogue -- infer --neighbours FILE --clusters FILE --rows FILE [--rows FILE]… --to TAGS.jsonl [--few 3]
--neighbours and --clusters are the files of \`-- likeness\`, --rows parts of the import with tags, creators and views. Pictures
with fewer than --few tags of their own get those on which three creators agree. Prints how right such tags are, by tags that
are held back. docs/operator/enrichment.md says what they must not be used for.`;

/** What the tags are kept under, apart from the creators' own. */
const PROVIDER = "firstlight-neighbours";

type Picture = Tagged & { readonly views: number | null };

export const INFER: Command = {
  usage: USAGE,
  run: async (argv) => {
    const names = ["neighbours", "clusters", "rows", "to", "few"] as const;
    const line = readCommandLine(argv, { values: names, lists: ["rows"] });
    const problems = [...line.problems];
    const { neighbours, clusters, to, few = "3" } = line.values;
    for (const name of ["neighbours", "clusters", "rows", "to"] as const) {
      if (line.values[name] === undefined) problems.push(`--${name} is needed`);
    }
    if (!/^\d{1,3}$/.test(few)) problems.push(`--few cannot be ${few}: a whole number from 0 to 999`);
    if (problems.length > 0 || neighbours === undefined || clusters === undefined || to === undefined) {
      console.error([...problems, USAGE].join("\n"));
      return 2;
    }
    try {
      const pictures = await readPictures(line.lists.rows ?? []);
      const lists = await readNeighbours(neighbours);
      const groups = await readClusters(clusters);
      const written = writeTags(to, pictures, lists, Number(few));
      console.log(`${counted(written, "picture")} got tags or a popularity`);
      sayQuality(pictures, lists, groups);
      return 0;
    } catch (error) {
      const isKnown = error instanceof BadRecord || (error instanceof Error && "code" in error);
      if (!isKnown) throw error;
      console.error(error instanceof BadRecord ? `A line cannot be read: ${error.message}` : error.message);
      return 1;
    }
  },
};

async function readPictures(files: readonly string[]): Promise<ReadonlyMap<string, Picture>> {
  const pictures = new Map<string, Picture>();
  for (const file of files) {
    for await (const line of linesOf(file)) {
      if (line.startsWith('{"v":1,"host":')) continue;
      const { id, creatorUrl, creator = null, tags = [], views = null } = readRow(line);
      pictures.set(id, { id, creator: creatorUrl ?? creator, tags, views });
    }
  }
  return pictures;
}

async function readNeighbours(file: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const lists = new Map<string, string[]>();
  for await (const line of linesOf(file)) {
    const [id = "", neighbour = ""] = line.split("\t");
    if (neighbour === "neighbour") continue;
    const own = lists.get(id);
    if (own === undefined) lists.set(id, [neighbour]);
    else own.push(neighbour);
  }
  return lists;
}

function known(ids: readonly string[], pictures: ReadonlyMap<string, Picture>): readonly Picture[] {
  return ids.flatMap((id) => pictures.get(id) ?? []);
}

function writeTags(
  to: string,
  pictures: ReadonlyMap<string, Picture>,
  lists: ReadonlyMap<string, readonly string[]>,
  few: number,
): number {
  const counts = countTags(pictures.values());
  const viewed = [...pictures.values()].flatMap(({ views }) => (views === null ? [] : [Math.log1p(views)]));
  const mean = viewed.reduce((sum, own) => sum + own, 0) / Math.max(1, viewed.length);
  const file = openSync(`${to}.draft`, "w");
  let written = 0;
  for (const [id, ids] of lists) {
    const own = pictures.get(id);
    const others = known(ids, pictures);
    const tags = (own?.tags.length ?? 0) < few ? inferTags(others, counts) : [];
    const views = others.flatMap((other) => other.views ?? []);
    const popularity = own?.views == null && views.length > 0 ? popularityOf(views, mean) : null;
    if (tags.length === 0 && popularity === null) continue;
    const named = tags.map(({ tag: name, certainty: accuracy, ...why }) => ({
      name,
      accuracy,
      provider: PROVIDER,
      ...why,
    }));
    writeSync(file, `${JSON.stringify({ id, tags: named, popularity })}\n`);
    written++;
  }
  closeSync(file);
  renameSync(`${to}.draft`, to);
  return written;
}

function sayQuality(
  pictures: ReadonlyMap<string, Picture>,
  lists: ReadonlyMap<string, readonly string[]>,
  groups: ReadonlyMap<string, string>,
): void {
  const held = [...pictures.values()].map((own): Held => {
    const neighbours = known(lists.get(own.id) ?? [], pictures);
    return { ...own, neighbours, group: groups.get(own.id) ?? own.id };
  });
  // The baseline of random neighbours is the same in every run over the same pictures.
  let state = 1;
  const random = () => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
  const { precision, recall, ofRandom, ofFrequent, inferred, units } = evaluate(held, random);
  if (inferred === 0) {
    console.log(
      `How right they are cannot be said: no picture with tags has ${LEAST_SUPPORT} creators behind another tag`,
    );
    return;
  }
  const percent = (ratio: number) => `${(100 * ratio).toFixed(1)} %`;
  console.log(
    [
      `Of tags held back: precision ${percent(precision.value)} (${percent(precision.low)} to ${percent(precision.high)}), recall ${percent(recall.value)}`,
      `as many tags of random neighbours: ${percent(ofRandom)}; the most frequent tags: ${percent(ofFrequent)}`,
      `${counted(inferred, "tag")} of ${counted(units, "cluster")}`,
    ].join("\n"),
  );
}

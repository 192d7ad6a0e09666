/**
 * The files of a likeness job, as TSV with a line of heads:
 *
 *   neighbours.tsv   id, neighbour, distance (of the dHash, in bits), the nearest first
 *   clusters.tsv     id, cluster, representative; only clusters of two and more
 *
 * A file appears whole, when all of it is written.
 */
import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { clusterNamer, type EarlierCluster } from "../../../catalogue/likeness/clusterIds.ts";
import type { Neighbour } from "../../../catalogue/likeness/nearest.ts";
import { linesOf } from "./candidates.ts";
import type { Likeness } from "./findLikeness.ts";
import { type Groups, groupsOf } from "./groups.ts";

const HEADS = { neighbours: ["id", "neighbour", "distance"], clusters: ["id", "cluster", "representative"] } as const;
const FLUSH = 1_000_000;

export type TsvFile = { write(...cells: readonly (string | number)[]): void; close(): void };

export function createTsv(folder: string, name: keyof typeof HEADS): TsvFile {
  const path = join(folder, `${name}.tsv`);
  const file = openSync(`${path}.draft`, "w");
  let text = `${HEADS[name].join("\t")}\n`;
  return {
    write(...cells) {
      text += `${cells.map((cell) => String(cell).replace(/[\t\n\r\\]/g, " ")).join("\t")}\n`;
      if (text.length < FLUSH) return;
      writeSync(file, text);
      text = "";
    },
    close() {
      writeSync(file, text);
      closeSync(file);
      renameSync(`${path}.draft`, path);
    },
  };
}

/** Writes a picture's neighbours: those with the very same hashes, then those of other hashes, `k` in all. */
export function writeNeighbours(
  to: TsvFile,
  unique: number,
  neighbours: readonly Neighbour[],
  pictures: Groups,
  k: number,
  idOf: (picture: number) => string,
): void {
  const same = pictures.of(unique);
  const others = neighbours.flatMap(({ picture, dhash }) =>
    [...pictures.of(picture).subarray(0, k)].map((other) => ({ other, distance: dhash })),
  );
  for (const picture of same) {
    const alike = [...same.subarray(0, k + 1)].filter((other) => other !== picture);
    const all = [...alike.map((other) => ({ other, distance: 0 })), ...others].slice(0, k);
    for (const { other, distance } of all) to.write(idOf(picture), idOf(other), distance);
  }
}

/** Writes every cluster. Gives how many there are, and the pictures of the largest. */
export function writeClusters(
  to: TsvFile,
  { uniqueOf, stars, uniques }: Likeness,
  idOf: (picture: number) => string,
  earlier: EarlierCluster,
  fresh: (representative: string) => string,
): { readonly clusters: number; readonly largest: number } {
  const clusterOf = uniqueOf.map((unique) => stars.representatives[unique] ?? unique);
  const members = groupsOf(clusterOf, uniques);
  const nameOf = clusterNamer(earlier, fresh);
  let [clusters, largest] = [0, 0];
  for (let cluster = 0; cluster < uniques; cluster++) {
    const pictures = members.of(cluster);
    if (pictures.length < 2) continue;
    const ids = Array.from(pictures, idOf);
    const name = nameOf(ids);
    for (const id of ids) to.write(id, name, ids[0] ?? "");
    clusters++;
    largest = Math.max(largest, pictures.length);
  }
  return { clusters, largest };
}

/** The clusters of an earlier run, from its clusters.tsv. */
export async function readClusters(file: string): Promise<ReadonlyMap<string, string>> {
  const clusters = new Map<string, string>();
  for await (const line of linesOf(file)) {
    const [id = "", cluster = ""] = line.split("\t");
    if (id !== HEADS.clusters[0] || cluster !== HEADS.clusters[1]) clusters.set(id, cluster);
  }
  return clusters;
}

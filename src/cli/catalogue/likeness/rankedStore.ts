/** The pictures of a likeness job by rank, on disk: their hashes (hashFiles.ts) and their identifiers. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { compareStanding, type Standing } from "../../../catalogue/likeness/rank.ts";
import type { Candidate } from "./candidates.ts";
import { DHASH_BYTES, type HashFiles, hashFilesIn, PDQ_BYTES } from "./hashFiles.ts";

export type RankedStore = {
  readonly files: HashFiles;
  /** The identifier of a picture by its number. */
  idOf(picture: number): string;
  close(): void;
};

/** Most bytes of an identifier: 128 characters. */
const ID_BYTES = 512;
const RECORD_BYTES = DHASH_BYTES + PDQ_BYTES;

/** Sorts the candidates, best representative first. `folder` gets the files. */
export async function createRankedStore(candidates: AsyncIterable<Candidate>, folder: string): Promise<RankedStore> {
  const named = hashFilesIn(folder, 0);
  const [records, ids] = [openSync(join(folder, "records.bin"), "w+"), openSync(join(folder, "ids.bin"), "w+")];
  const standings: Standing[] = [];
  const ends: number[] = [];
  let end = 0;
  for await (const { id, dhash, pdq, pixels, createdAt, views, tie } of candidates) {
    writeSync(records, Buffer.from(dhash + pdq, "hex"));
    end += writeSync(ids, id);
    ends.push(end);
    standings.push({ pixels, createdAt, views, tie });
  }
  const order = Uint32Array.from(standings, (_, i) => i);
  const unknown: Standing = { pixels: 0, createdAt: null, views: null, tie: 0 };
  order.sort((a, b) => compareStanding(standings[a] ?? unknown, standings[b] ?? unknown));
  const [dhash, pdq] = [openSync(named.dhash, "w"), openSync(named.pdq, "w")];
  const record = new Uint8Array(RECORD_BYTES);
  for (const picture of order) {
    readSync(records, record, 0, RECORD_BYTES, picture * RECORD_BYTES);
    writeSync(dhash, record, 0, DHASH_BYTES);
    writeSync(pdq, record, DHASH_BYTES, PDQ_BYTES);
  }
  for (const file of [records, dhash, pdq]) closeSync(file);
  const name = Buffer.alloc(ID_BYTES);
  return {
    files: { ...named, count: order.length },
    idOf(picture) {
      const at = order[picture] ?? 0;
      const from = at === 0 ? 0 : (ends[at - 1] ?? 0);
      const length = (ends[at] ?? 0) - from;
      readSync(ids, name, 0, length, from);
      return name.toString("utf8", 0, length);
    },
    close: () => closeSync(ids),
  };
}

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
  const standings = createStandings();
  const ends = column(Float64Array);
  let end = 0;
  for await (const { id, dhash, pdq, pixels, createdAt, views, tie } of candidates) {
    writeSync(records, Buffer.from(dhash + pdq, "hex"));
    end += writeSync(ids, id);
    ends.push(end);
    standings.push({ pixels, createdAt, views, tie });
  }
  const order = new Uint32Array(standings.count()).map((_, i) => i);
  order.sort((a, b) => compareStanding(standings.of(a), standings.of(b)));
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
      const from = at === 0 ? 0 : ends.at(at - 1);
      const length = ends.at(at) - from;
      readSync(ids, name, 0, length, from);
      return name.toString("utf8", 0, length);
    },
    close: () => closeSync(ids),
  };
}

/** Standings in 28 bytes each: objects would take four times as much. */
function createStandings() {
  const [pixels, createdAt, views] = [column(Uint32Array), column(Float64Array), column(Float64Array)];
  const tie = column(Float64Array);
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  return {
    count: () => tie.length(),
    push(standing: Standing) {
      pixels.push(standing.pixels);
      createdAt.push(standing.createdAt ?? Number.NaN);
      views.push(standing.views ?? Number.NaN);
      tie.push(standing.tie);
    },
    of: (at: number): Standing => ({
      ...{ pixels: pixels.at(at), createdAt: known(createdAt.at(at)) },
      ...{ views: known(views.at(at)), tie: tie.at(at) },
    }),
  };
}

type Numbers = Uint32Array | Float64Array;

/** Numbers in blocks, so that it grows without a copy. */
function column(Block: new (length: number) => Numbers) {
  const blocks: Numbers[] = [];
  let length = 0;
  return {
    length: () => length,
    at: (i: number) => blocks[i >>> BLOCK_BITS]?.[i & (BLOCK - 1)] ?? 0,
    push(value: number) {
      if (length === blocks.length << BLOCK_BITS) blocks.push(new Block(BLOCK));
      const block = blocks[length >>> BLOCK_BITS];
      if (block !== undefined) block[length & (BLOCK - 1)] = value;
      length++;
    },
  };
}

const BLOCK_BITS = 16;
const BLOCK = 1 << BLOCK_BITS;

/** Finds every confirmed pair of two parts of hashes: the engine of assembly/match.ts, its memory and its tables. */
import { cheapestTables, keyBits, MOST_DHASH, type Tables } from "./tables.ts";

/** Most pictures of a part. Two parts, sorted once each, and the pairs take 70 MB: an isolate has 128. */
export const PART_PICTURES = 500_000;
/** PDQ confirms up to this distance (from its authors). */
export const MOST_PDQ = 31;

/** Of dHash and PDQ, in bits. */
export type Distances = { readonly dhash: number; readonly pdq: number };
const MOST: Distances = { dhash: MOST_DHASH, pdq: MOST_PDQ };

/** Hashes of some pictures, in one order. */
export type HashPart = {
  readonly count: number;
  /** Fills in 8 bytes of dHash and 32 of PDQ for each. Only differences count, so that any order of bytes will do. */
  copyTo(dhash: Uint8Array, pdq: Uint8Array): void;
};

export function hashPart(dhash: Uint8Array, pdq: Uint8Array): HashPart {
  return {
    count: dhash.length / 8,
    copyTo(toDHash, toPdq) {
      toDHash.set(dhash);
      toPdq.set(pdq);
    },
  };
}

/** Three words a pair: the place in the first part, in the second part, and dHash distance << 16 | PDQ distance. */
export type Pairs = Uint32Array;
export const PAIR_WORDS = 3;

type Exports = {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): void;
  setTable(at: number, count: number, mask: number): void;
  sortPart(hashes: number, count: number, keys: number, sorted: number, index: number, starts: number): void;
  setParts(...pointers: number[]): void;
  begin(keys: number, to: number, capacity: number, dHash: number, pdq: number): void;
  compare(): number;
  isDone(): boolean | number;
};

const BATCH = 65_536;

export type Matcher = {
  /**
   * The pairs within `MOST_DHASH` and `MOST_PDQ`, each once, in batches. `b` null = pairs within `a`, in which the first
   * place may be the greater one. `tables`: the cheapest ones if absent. `most`: `MOST` if absent. With
   * more than `MOST_DHASH`, only a whole scan, `tablesOf(0)`, finds all pairs.
   */
  pairs(a: HashPart, b: HashPart | null, tables?: Tables, most?: Distances): Generator<Pairs>;
};

/** `module`: wasm/match.wasm. A matcher keeps its memory, so it is made once a thread. */
export function createMatcher(module: WebAssembly.Module): Matcher {
  const wasm = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  return {
    *pairs(a, b, tables = cheapestTables(a.count, (b ?? a).count, b === null), most = MOST) {
      const keys = Math.max(...tables.masks.map((mask) => 2 ** keyBits(tables, mask)));
      const layout = layOut(a.count, b === null ? 0 : b.count, keys, tables);
      wasm.reserve(layout.total);
      const heap = () => new Uint8Array(wasm.memory.buffer);
      fill(heap(), layout.a, a);
      if (b !== null) fill(heap(), layout.b, b);
      heap().set(
        tables.blocks.map(({ shift }) => shift),
        layout.blocks,
      );
      heap().set(
        tables.blocks.map(({ width }) => width),
        layout.blocks + tables.blocks.length,
      );
      const second = b === null ? layout.a : layout.b;
      wasm.setParts(...pointers(layout.a), ...pointers(second), b === null ? 1 : 0);
      for (const mask of tables.masks) {
        const count = 2 ** keyBits(tables, mask);
        wasm.setTable(layout.blocks, tables.blocks.length, mask);
        sort(wasm, layout.a, a.count, count);
        if (b !== null) sort(wasm, layout.b, b.count, count);
        wasm.begin(count, layout.out, BATCH, most.dhash, most.pdq);
        while (!wasm.isDone()) {
          const written = wasm.compare();
          if (written > 0) yield new Uint32Array(wasm.memory.buffer, layout.out, PAIR_WORDS * written).slice();
        }
      }
    },
  };
}

function fill(heap: Uint8Array, { hashes, pdq }: Place, part: HashPart): void {
  const { count } = part;
  part.copyTo(heap.subarray(hashes, hashes + 8 * count), heap.subarray(pdq, pdq + 32 * count));
}

type Place = {
  readonly hashes: number;
  readonly pdq: number;
  readonly sorted: number;
  readonly index: number;
  readonly starts: number;
};

function pointers({ sorted, index, starts, pdq }: Place): readonly number[] {
  return [sorted, index, starts, pdq];
}

function sort(wasm: Exports, { hashes, sorted, index, starts }: Place, count: number, keys: number): void {
  wasm.sortPart(hashes, count, keys, sorted, index, starts);
}

function layOut(a: number, b: number, keys: number, { blocks }: Tables) {
  let at = 1024;
  const take = (bytes: number): number => {
    const start = at;
    at += (bytes + 31) & ~15;
    return start;
  };
  const placeOf = (count: number): Place => ({
    hashes: take(8 * count),
    pdq: take(32 * count),
    sorted: take(8 * count),
    index: take(4 * count),
    starts: take(4 * (keys + 1)),
  });
  const places = { a: placeOf(a), b: placeOf(b) };
  return { ...places, blocks: take(2 * blocks.length), out: take(4 * PAIR_WORDS * BATCH), total: at };
}

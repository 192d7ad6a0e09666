/** Puts quantisation and Huffman tables into the module's memory. */
import type { JpegEngine } from "./engine.ts";
import type { HuffmanTable, JpegHeader, JpegScan } from "./header.ts";
import { allocate, keptPositions, place, setField, type Window } from "./layout.ts";
import { UnsupportedJpeg } from "./refusal.ts";
import type { BlockSize } from "./scale.ts";
import type { ScanKind } from "./scans.ts";

/** Kinds of table in assembly/decoder/huffman.ts. */
const DC = 0;
const AC = 1;
const AC_PROGRESSIVE = 2;

/** Places for the tables of one scan: four DC, four AC, four skip tables. */
export type TablePlaces = { readonly dc: number; readonly ac: number; readonly skip: number; readonly source: number };

export function tablePlaces(engine: JpegEngine): TablePlaces {
  return {
    dc: allocate(engine, 4 * engine.exports.tableBytes()),
    ac: allocate(engine, 4 * engine.exports.tableBytes()),
    skip: allocate(engine, 4 * engine.exports.skipTableBytes()),
    source: allocate(engine, 16 + 256),
  };
}

function build(
  engine: JpegEngine,
  places: TablePlaces,
  to: number,
  kind: number,
  table: HuffmanTable | undefined,
): void {
  if (table === undefined) throw new UnsupportedJpeg("table", "JPEG scan without its Huffman table");
  const source = new Uint8Array(engine.exports.memory.buffer, places.source, 16 + 256);
  source.fill(0);
  source.set(table.counts);
  source.set(table.symbols, 16);
  if (engine.exports.buildTable(to, kind, places.source, places.source + 16) === 0) {
    throw new UnsupportedJpeg("table", "JPEG Huffman table with more codes than fit their lengths");
  }
}

/**
 * Builds the tables of a scan and sets them in its components. A skip table is built only where coefficients are
 * skipped. Throws UnsupportedJpeg if a table is missing or impossible.
 */
export function placeTables(
  engine: JpegEngine,
  places: TablePlaces,
  scan: JpegScan,
  kind: ScanKind,
  windows: readonly Window[],
): void {
  const built = new Set<number>();
  const tableBytes = engine.exports.tableBytes();
  const once = (at: number, make: () => void): number => {
    if (!built.has(at)) make();
    built.add(at);
    return at;
  };
  for (const { index, dc, ac } of scan.components) {
    if (kind === "sequential" || kind === "firstDc") {
      const at = places.dc + dc * tableBytes;
      setField(
        engine,
        index,
        "dc",
        once(at, () => build(engine, places, at, DC, scan.dcTables[dc])),
      );
    }
    if (kind === "sequential" || kind === "firstAc" || kind === "refineAc") {
      const at = places.ac + ac * tableBytes;
      const runs = kind === "sequential" ? AC : AC_PROGRESSIVE;
      setField(
        engine,
        index,
        "ac",
        once(at, () => build(engine, places, at, runs, scan.acTables[ac])),
      );
    }
    if (kind === "sequential" && windows[index]?.size !== 8) {
      const at = places.skip + ac * engine.exports.skipTableBytes();
      const table = places.ac + ac * tableBytes;
      setField(
        engine,
        index,
        "skip",
        once(at, () => engine.exports.buildSkipTable(at, table)),
      );
    }
  }
}

/**
 * A component's quantisation table is the one in force at its first scan. Throws UnsupportedJpeg if there is none. A
 * component whose scan is missing at the end of the file needs none.
 */
export function placeQuantiser(engine: JpegEngine, header: JpegHeader, index: number, size: BlockSize): void {
  const scan = header.scans.find(({ components }) => components.some((c) => c.index === index));
  const quantiser = scan?.quantisers[header.components[index]?.quantiser ?? 0];
  if (scan !== undefined && quantiser === undefined) {
    throw new UnsupportedJpeg("table", "JPEG component without its quantisation table");
  }
  const values = new Int16Array(size * size + 1);
  keptPositions(size).forEach((at, k) => {
    if (k < 64) values[at] = quantiser?.[k] ?? 0;
  });
  setField(engine, index, "quant", place(engine, values, 16));
}

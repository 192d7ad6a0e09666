/** The ready maps, by the name that `--map` takes. */
import type { FormatName, RowMap } from "../rowMap.ts";
import { OpenverseRowMap } from "./openverse.ts";
import { Yfcc100mRowMap } from "./yfcc100m.ts";

type ReadyMap = {
  readonly about: string;
  /** The format where neither the command line nor the file's name says one. */
  readonly format: FormatName;
  /** What a file with the ending `.tsv` is. */
  readonly tsv: FormatName;
  readonly make: () => RowMap;
};

export const READY_MAPS = {
  yfcc100m: {
    about: "YFCC100M's metadata, 25 or 23 columns; addresses of 1024 px, which small photos do not have",
    ...{ format: "tsv", tsv: "tsv" },
    make: () => new Yfcc100mRowMap("_b"),
  },
  "yfcc100m-500": {
    about: "the same with addresses of 500 px, which every photo has",
    ...{ format: "tsv", tsv: "tsv" },
    make: () => new Yfcc100mRowMap(""),
  },
  openverse: {
    about: "Openverse's table image: a pg_dump, COPY text, CSV, TSV or JSONL",
    // Openverse's own TSV files have the escapes of COPY.
    ...{ format: "copy", tsv: "copy" },
    make: () => new OpenverseRowMap(),
  },
} as const satisfies Readonly<Record<string, ReadyMap>>;

export type ReadyMapName = keyof typeof READY_MAPS;

export function isReadyMap(name: string): name is ReadyMapName {
  return Object.hasOwn(READY_MAPS, name);
}

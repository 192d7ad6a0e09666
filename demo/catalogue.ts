/**
 * What the demo shows: photographs from the folder named by `PHOTOS`, else the corpus beside the checkout, else
 * generated ones. A folder may hold a `demo.json` (or have one beside it) with titles, authors and licences.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import sharp from "sharp";
import type { CatalogueEntry } from "./catalogueEntry.ts";
import { generatePhotographs } from "./generator/generate.ts";

export type Catalogue = {
  readonly folder: string;
  /** In words, for the console. */
  readonly from: string;
  readonly entries: readonly CatalogueEntry[];
};

const TYPES: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".webp": "image/webp",
  ".gif": "image/gif",
};

/** The Content-Type a source sends for a file of that name; undefined for what the demo does not show. */
export function typeOf(file: string): string | undefined {
  return TYPES[extname(file).toLowerCase()];
}

/** A variable of the environment that nothing can be made of. */
export class WrongSetting extends Error {
  override name = "WrongSetting";
}

/** `photos`: the value of `PHOTOS`; `top`: the checkout. Throws WrongSetting when a named folder holds no photograph. */
export async function loadCatalogue(
  photos: string | undefined,
  top: string,
  progress: (made: number, of: number) => void,
): Promise<Catalogue> {
  if (photos !== undefined && photos !== "") {
    const folder = resolve(photos);
    const entries = await readFolder(folder);
    if (entries.length === 0) throw new WrongSetting(`PHOTOS=${photos}: no .jpg, .png, .webp or .gif file in it`);
    return { folder, from: folder, entries };
  }
  const corpus = resolve(top, "../shared/corpus/photos");
  const entries = await readFolder(corpus);
  if (entries.length > 0) return { folder: corpus, from: "../shared/corpus/photos", entries };
  const folder = join(top, ".firstlight", "demo-photos");
  return { folder, from: "generated photographs", entries: await generatePhotographs(folder, progress) };
}

/** The photographs of a folder, in the order of its `demo.json` when there is one, else by name. */
async function readFolder(folder: string): Promise<readonly CatalogueEntry[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => typeOf(file) !== undefined).sort();
  const described = await descriptions(folder);
  const known = [...described.keys()].filter((file) => files.includes(file));
  if (known.length > 0) return known.flatMap((file) => described.get(file) ?? []);
  return Promise.all(files.map((file) => describe(folder, file)));
}

async function descriptions(folder: string): Promise<ReadonlyMap<string, CatalogueEntry>> {
  for (const path of [join(folder, "demo.json"), join(dirname(folder), "demo.json")]) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const list = JSON.parse(text) as CatalogueEntry[];
    return new Map(list.map((entry) => [basename(entry.file), { ...entry, file: basename(entry.file) }]));
  }
  return new Map();
}

/** What can be told about a photograph nobody described. */
async function describe(folder: string, file: string): Promise<CatalogueEntry> {
  const path = join(folder, file);
  const { width = 0, height = 0, orientation = 1 } = await sharp(path).metadata();
  const turned = orientation >= 5;
  return {
    file,
    title: basename(file, extname(file)).replace(/[-_]+/g, " "),
    author: "Unknown",
    licence: "Unknown",
    licenceUrl: "",
    width: turned ? height : width,
    height: turned ? width : height,
    bytes: (await stat(path)).size,
  };
}

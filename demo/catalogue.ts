/**
 * What the demo shows: photographs from the folder named by `PHOTOS`, else from the corpus beside the checkout, else
 * generated ones. A `demo.json` in the folder or beside it has titles, authors and licences.
 */
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import sharp from "sharp";
import type { CatalogueEntry } from "./catalogueEntry.ts";
import { generatePhotographs } from "./generator/generate.ts";

export type Catalogue = {
  readonly folder: string;
  /** Where they come from, in words for the console. */
  readonly from: string;
  readonly entries: readonly CatalogueEntry[];
  /** Files of the folder that cannot be shown. */
  readonly skipped: readonly Skipped[];
};

export type Skipped = { readonly file: string; readonly why: string };

/** Folder of the generated photographs. A new name for each version of the generator: files that are there are not made again. */
const GENERATED = "demo-photos-2";
/** How many files are read at a time. */
const AT_ONCE = 4;
/** Pixels to which a picture is shrunk when it is only read to see whether it is whole. */
const PROBE_SIDE = 8;

const TYPES: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".webp": "image/webp",
  ".gif": "image/gif",
};

/** The Content-Type that a source sends for a file of that name; undefined for a kind that the demo does not show. */
export function typeOf(file: string): string | undefined {
  return TYPES[extname(file).toLowerCase()];
}

/** A variable of the environment has a value that cannot be used. */
export class WrongSetting extends Error {
  override name = "WrongSetting";
}

/**
 * `photos`: the value of `PHOTOS`; `top`: the checkout. Throws WrongSetting when the named folder has no photograph that can
 * be read, or its demo.json cannot be read.
 */
export async function loadCatalogue(
  photos: string | undefined,
  top: string,
  progress: (made: number, of: number) => void,
): Promise<Catalogue> {
  if (photos !== undefined && photos !== "") return loadNamed(photos);
  const corpus = resolve(top, "../shared/corpus/photos");
  const found = await readFolder(corpus);
  if (found.entries.length > 0) return { folder: corpus, from: "../shared/corpus/photos", ...found };
  const folder = join(top, ".firstlight", GENERATED);
  const entries = await generatePhotographs(folder, progress);
  return { folder, from: "generated photographs", entries, skipped: [] };
}

async function loadNamed(photos: string): Promise<Catalogue> {
  const folder = resolve(photos);
  if (!existsSync(folder)) throw new WrongSetting(`PHOTOS=${photos}: there is no such folder`);
  const { entries, skipped } = await readFolder(folder);
  if (entries.length > 0) return { folder, from: folder, entries, skipped };
  const why =
    skipped.length === 0
      ? "no .jpg, .png, .webp or .gif file in it"
      : `no file in it can be read: ${skipped.map(({ file, why }) => `${file} (${why})`).join(", ")}`;
  throw new WrongSetting(`PHOTOS=${photos}: ${why}`);
}

type Found = Pick<Catalogue, "entries" | "skipped">;

/** The photographs of a folder, in the order of its `demo.json` if there is one, else by name. */
async function readFolder(folder: string): Promise<Found> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => typeOf(file) !== undefined).sort();
  const described = await descriptions(folder);
  const known = [...described.keys()].filter((file) => files.includes(file));
  if (known.length > 0) return { entries: known.flatMap((file) => described.get(file) ?? []), skipped: [] };
  const entries: CatalogueEntry[] = [];
  const skipped: Skipped[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files
      .slice(at, at + AT_ONCE)
      .map(async (file) => describe(folder, file).catch((why) => skip(file, why)));
    for (const one of await Promise.all(some)) {
      if ("why" in one) skipped.push(one);
      else entries.push(one);
    }
  }
  return { entries, skipped };
}

/** Why a file is left out, as the library that reads it says, in one line. */
function skip(file: string, error: unknown): Skipped {
  const why = error instanceof Error ? error.message : String(error);
  return { file, why: why.trim().split("\n")[0] ?? "" };
}

async function descriptions(folder: string): Promise<ReadonlyMap<string, CatalogueEntry>> {
  for (const path of [join(folder, "demo.json"), join(dirname(folder), "demo.json")]) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    let list: CatalogueEntry[];
    try {
      list = JSON.parse(text) as CatalogueEntry[];
    } catch (error) {
      throw new WrongSetting(`${path} is no JSON: ${error instanceof Error ? error.message : error}`);
    }
    return new Map(list.map((entry) => [basename(entry.file), { ...entry, file: basename(entry.file) }]));
  }
  return new Map();
}

/** What can be said of a photograph that has no description. Throws when its pixels cannot be read to the end. */
async function describe(folder: string, file: string): Promise<CatalogueEntry> {
  const path = join(folder, file);
  const picture = sharp(path, { failOn: "truncated" });
  const { width = 0, height = 0, orientation = 1 } = await picture.metadata();
  // A header alone does not show that a file was cut.
  await picture.resize(PROBE_SIDE).toBuffer();
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

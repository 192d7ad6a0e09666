/** The pictures of a file that show the same at different sizes: the first page, and smaller versions of it. */
import { Failure } from "../../../../errors.ts";
import { checkWork } from "../decoder/segments.ts";
import { type Directory, firstOf, listOf, readDirectory, type Tiff } from "./directory.ts";
import { readPage, type TiffPage } from "./page.ts";
import { TAG } from "./tags.ts";

/** Directories that are looked at. A pyramid has a level for each halving, some fifteen. */
const MOST_DIRECTORIES = 64;
/** NewSubfileType, bit 0: a smaller version of another picture of the file. */
const SMALLER = 1;

/** A picture of the file at a size: the first page or a smaller version. */
export type Level = { readonly width: number; readonly height: number; readonly page: TiffPage };

export type TiffFile = {
  readonly first: Directory;
  readonly page: TiffPage;
  /** The first page, and then its smaller versions that are of a kind that we decode. */
  readonly levels: readonly [Level, ...Level[]];
};

/**
 * Reads the first directory, those that SubIFDs names, and those that follow and are marked as smaller versions. Throws
 * image_damaged, format_unsupported or source_too_complex because of the first page; others only do not count.
 */
export function readLevels(tiff: Tiff, maxPixels: number): TiffFile {
  const first = readDirectory(tiff, tiff.first);
  const page = readPage(tiff, first);
  // A picture with more pixels is refused for these, whatever its strips are.
  if (page.width * page.height <= maxPixels) checkWork(page);
  const levels: Level[] = [];
  for (const directory of smallerVersions(tiff, first)) {
    const smaller = usablePage(tiff, directory);
    if (smaller !== null && isSmaller(smaller, page)) levels.push(levelOf(smaller));
  }
  return { first, page, levels: [levelOf(page), ...levels] };
}

/** Colours and alpha are handled alike. The limit of pixels is checked for the first page only, so none may be larger. */
function isSmaller(a: TiffPage, b: TiffPage): boolean {
  if (a.model !== b.model || a.float !== b.float) return false;
  return a.alphaAt < 0 === b.alphaAt < 0 && a.width <= b.width && a.height <= b.height;
}

function levelOf(page: TiffPage): Level {
  return { width: page.width, height: page.height, page };
}

/** No directory is read twice, so a chain that loops ends. */
function* smallerVersions(tiff: Tiff, first: Directory): Generator<Directory> {
  const seen = new Set([tiff.first]);
  const visit = (at: number): Directory | null => {
    if (at === 0 || seen.has(at) || seen.size >= MOST_DIRECTORIES) return null;
    seen.add(at);
    return orNull(() => readDirectory(tiff, at));
  };
  for (const at of listOf(tiff, first, TAG.subDirectories, MOST_DIRECTORIES)) {
    const directory = visit(at);
    if (directory !== null) yield directory;
  }
  for (let directory = visit(first.next); directory !== null; directory = visit(directory.next)) {
    if ((firstOf(tiff, directory, TAG.subfileType, 0) & SMALLER) !== 0) yield directory;
  }
}

function usablePage(tiff: Tiff, directory: Directory): TiffPage | null {
  return orNull(() => {
    const page = readPage(tiff, directory);
    checkWork(page);
    return page;
  });
}

/** The result, or null when it fails because of the source. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

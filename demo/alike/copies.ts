/** Copies of the demo's photographs as other sites would have made them, and which of them the likeness of hashes finds. */
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { isComparable } from "../../src/catalogue/likeness/comparable.ts";
import { hashPart, PAIR_WORDS } from "../../src/catalogue/likeness/matcher.ts";
import { createNearest, type Neighbour } from "../../src/catalogue/likeness/nearest.ts";
import { createStars } from "../../src/catalogue/likeness/stars.ts";
import { loadMatcher } from "../../src/cli/catalogue/likeness/matchChunk.ts";
import { tapsOf } from "../../src/image/analyse/taps.ts";
import type { CatalogueEntry } from "../catalogueEntry.ts";

/** Long side of what is compared, as a catalogue's job renders it, and of what the page shows. */
const [COMPARED, SHOWN] = [640, 200];
const CROP = 0.03;
const NEIGHBOURS = 20;

type Make = (picture: Sharp, width: number, height: number) => Sharp;

export const COPIES = {
  "stored again, JPEG 60": (picture) => picture.jpeg({ quality: 60 }),
  grey: (picture) => picture.greyscale().jpeg({ quality: 85 }),
  "20 % brighter": (picture) => picture.linear(1.2, 0).jpeg({ quality: 85 }),
  "a quarter of the size": (picture, width) => picture.resize(Math.round(width / 4)).jpeg(),
  "3 % cut from each side": (picture, width, height) => {
    const [left, top] = [Math.round(CROP * width), Math.round(CROP * height)];
    return picture.extract({ left, top, width: width - 2 * left, height: height - 2 * top }).jpeg({ quality: 85 });
  },
  "turned left to right": (picture) => picture.flop().jpeg({ quality: 85 }),
} as const satisfies Readonly<Record<string, Make>>;

export type CopyName = keyof typeof COPIES;

/** A picture that was found beside another one. Distances are in bits. */
export type Found = {
  readonly title: string;
  readonly copy: CopyName | null;
  readonly dhash: number;
  readonly pdq: number;
};

export type Alike = {
  readonly title: string;
  readonly author: string;
  /** Null: the photograph itself. */
  readonly copy: CopyName | null;
  /** A data URL. */
  readonly image: string;
  /** Flat pictures are not compared. */
  readonly isCompared: boolean;
  /** The nearest first. */
  readonly found: readonly Found[];
  /** The cluster's representative, by its place in the list; its own place if it is in none. */
  readonly representative: number;
};

type Hashes = { readonly dhash: string; readonly pdq: { readonly hash: string; readonly quality: number } };

/** Each photograph, followed by its copies. Rejects when a file cannot be read. */
export async function findAlike(folder: string, entries: readonly CatalogueEntry[]): Promise<readonly Alike[]> {
  const pictures: (Pick<Alike, "title" | "author" | "copy" | "image"> & { readonly hashes: Hashes | null })[] = [];
  for (const { file, title, author } of entries) {
    const whole = sharp(join(folder, file)).rotate().toColourspace("srgb").flatten({ background: "#fff" });
    const master = await whole
      .resize(2 * COMPARED, 2 * COMPARED, { fit: "inside", withoutEnlargement: true })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const { width, height } = await sharp(master).metadata();
    const files = await Promise.all(
      Object.values(COPIES).map((make: Make) => make(sharp(master), width, height).toBuffer()),
    );
    const names = [null, ...(Object.keys(COPIES) as CopyName[])];
    for (const [i, bytes] of [master, ...files].entries()) {
      pictures.push({
        title,
        author,
        copy: names[i] ?? null,
        image: await shown(bytes),
        hashes: await hashesOf(bytes),
      });
    }
  }
  // The numbers that the matcher knows are those of the pictures that can be compared.
  const compared = pictures.flatMap(({ hashes }, i) => (hashes === null ? [] : [{ i, hashes }]));
  const { lists, representatives } = match(compared.map(({ hashes }) => hashes));
  const numberOf = new Map(compared.map(({ i }, number) => [i, number]));
  return pictures.map(({ hashes, ...picture }, i) => {
    const number = numberOf.get(i);
    const list = number === undefined ? [] : (lists[number] ?? []);
    return {
      ...{ ...picture, isCompared: hashes !== null },
      found: list.flatMap(({ picture: other, dhash, pdq }) => {
        const one = pictures[compared[other]?.i ?? -1];
        return one === undefined ? [] : [{ title: one.title, copy: one.copy, dhash, pdq }];
      }),
      representative: number === undefined ? i : (compared[representatives[number] ?? number]?.i ?? i),
    };
  });
}

async function shown(bytes: Uint8Array): Promise<string> {
  const small = await sharp(bytes).resize(SHOWN, SHOWN, { fit: "inside" }).webp({ quality: 70 }).toBuffer();
  return `data:image/webp;base64,${small.toString("base64")}`;
}

/** Null: it is too flat or too small to be compared. */
async function hashesOf(bytes: Uint8Array): Promise<Hashes | null> {
  const rendered = sharp(bytes).resize(COMPARED, COMPARED, { fit: "inside" }).ensureAlpha().toColourspace("srgb").raw();
  const { data, info } = await rendered.toBuffer({ resolveWithObject: true });
  const { dhash, pdq } = tapsOf({ width: info.width, height: info.height, data, alpha: false }, ["dhash", "pdq"]);
  const isFit = dhash !== undefined && pdq !== undefined && isComparable(pdq.quality, Buffer.from(dhash, "hex"));
  return isFit ? { dhash, pdq } : null;
}

function match(hashes: readonly Hashes[]) {
  const bytesOf = (of: (one: Hashes) => string) => Uint8Array.from(Buffer.from(hashes.map(of).join(""), "hex"));
  const part = hashPart(
    bytesOf(({ dhash }) => dhash),
    bytesOf(({ pdq }) => pdq.hash),
  );
  const nearest = hashes.map(() => createNearest(NEIGHBOURS));
  for (const pairs of loadMatcher().pairs(part, null)) {
    for (let at = 0; at < pairs.length; at += PAIR_WORDS) {
      const [a = 0, b = 0, distances = 0] = pairs.subarray(at, at + PAIR_WORDS);
      nearest[a]?.add(b, distances);
      nearest[b]?.add(a, distances);
    }
  }
  const lists = nearest.map((one): readonly Neighbour[] => one.list());
  // A photograph stands before its copies, so it is the representative.
  const stars = createStars(hashes.length);
  for (const [number, list] of lists.entries()) {
    stars.add(number, Uint32Array.from(list.map(({ picture }) => picture).filter((other) => other > number)).sort());
  }
  return { lists, representatives: stars.representatives };
}

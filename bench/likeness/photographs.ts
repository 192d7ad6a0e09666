/** How the hashes of photographs hold when copies of them are made. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { isComparable } from "../../src/catalogue/likeness/comparable.ts";
import { MOST_PDQ } from "../../src/catalogue/likeness/matcher.ts";
import { MOST_DHASH } from "../../src/catalogue/likeness/tables.ts";
import { tapsOf } from "../../src/image/analyse/taps.ts";
import { judged, type Row } from "../row.ts";
import type { Change } from "./population.ts";

/** Long side of what is compared, as a catalogue's job renders it. */
const RENDERED = 640;
const MASTER = 1_280;
const CROP = 0.03;

type Made = (picture: Sharp, width: number, height: number) => Sharp;

const COPIES: readonly { readonly name: string; readonly isCrop?: true; readonly make: Made }[] = [
  { name: "JPEG 50", make: (picture) => picture.jpeg({ quality: 50 }) },
  { name: "JPEG 80", make: (picture) => picture.jpeg({ quality: 80 }) },
  { name: "WebP 60", make: (picture) => picture.webp({ quality: 60 }) },
  { name: "grey", make: (picture) => picture.greyscale().jpeg({ quality: 90 }) },
  { name: "20 % brighter", make: (picture) => picture.linear(1.2, 0).jpeg({ quality: 90 }) },
  { name: "20 % darker", make: (picture) => picture.linear(0.8, 0).jpeg({ quality: 90 }) },
  { name: "a quarter of the size", make: (picture, width) => picture.resize(Math.round(width / 4)).jpeg() },
  {
    name: "3 % cut from each side",
    isCrop: true,
    make: (picture, width, height) => {
      const [left, top] = [Math.round(CROP * width), Math.round(CROP * height)];
      return picture.extract({ left, top, width: width - 2 * left, height: height - 2 * top }).jpeg({ quality: 90 });
    },
  },
];

type Result = { readonly isCrop: boolean; readonly dhash: number; readonly pdq: number; readonly hasQuality: boolean };

export type Photographs = { readonly rows: readonly Row[]; readonly changes: readonly Change[] };

/** `folder`: of photographs. The changes are those of the copies that count as found. */
export async function measurePhotographs(folder: string, say: (text: string) => void): Promise<Photographs> {
  const results: Result[] = [];
  for (const file of readdirSync(folder).sort()) {
    say(`photographs: ${file}`);
    const input = sharp(join(folder, file)).rotate().toColourspace("srgb").flatten({ background: "#fff" });
    const master = await input.resize(MASTER, MASTER, { fit: "inside", withoutEnlargement: true }).png().toBuffer();
    const { width, height } = await sharp(master).metadata();
    const original = await hashesOf(master);
    if (original === null) continue;
    for (const { isCrop = false, make } of COPIES) {
      const copy = await hashesOf(await make(sharp(master), width, height).toBuffer());
      if (copy === null) continue;
      const pdq = distance(original.pdq.hash, copy.pdq.hash);
      const hasQuality = [original, copy].every((one) => isComparable(one.pdq.quality, Buffer.from(one.dhash, "hex")));
      results.push({ isCrop, dhash: distance(original.dhash, copy.dhash), pdq, hasQuality });
    }
  }
  const isNear = ({ dhash }: Result) => dhash <= MOST_DHASH;
  const isConfirmed = ({ pdq, hasQuality }: Result) => pdq <= MOST_PDQ && hasQuality;
  const of = (list: readonly Result[], is: (result: Result) => boolean) => (100 * list.filter(is).length) / list.length;
  const copies = results.filter(({ isCrop }) => !isCrop);
  const crops = results.filter(({ isCrop }) => isCrop);
  const found = copies.filter((result) => isNear(result) && isConfirmed(result));
  const base = { unit: "%", better: "higher", digits: 1 } as const;
  const lowQuality = copies.filter(({ hasQuality }) => !hasQuality).length;
  return {
    rows: [
      judged({
        ...base,
        what: "re-encodes, grey, brightness +-20 %, 1/4 scale: found and confirmed",
        value: of(
          copies.filter(({ hasQuality }) => hasQuality),
          (result) => isNear(result) && isConfirmed(result),
        ),
        limit: 99,
        detail: `${copies.length} copies, ${lowQuality} of them too flat to compare, which are not counted`,
      }),
      judged({
        ...base,
        what: "3 % cut from each side: within dHash 8",
        value: of(crops, isNear),
        limit: 80,
        detail: `${of(crops, isConfirmed).toFixed(0)} % confirmed by PDQ, which is not made for crops`,
      }),
    ],
    changes: found.map(({ dhash, pdq }) => [dhash, pdq] as const),
  };
}

async function hashesOf(file: Uint8Array) {
  const rendered = sharp(file).resize(RENDERED, RENDERED, { fit: "inside", withoutEnlargement: true }).ensureAlpha();
  const { data, info } = await rendered.toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  const { dhash, pdq } = tapsOf({ width: info.width, height: info.height, data, alpha: false }, ["dhash", "pdq"]);
  return dhash === undefined || pdq === undefined ? null : { dhash, pdq };
}

function distance(a: string, b: string): number {
  return [...(BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2)].filter((bit) => bit === "1").length;
}

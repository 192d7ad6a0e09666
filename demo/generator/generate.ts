/**
 * JPEGs like photographs, for a clone without photographs: 36 scenes of 3 to 12 megapixels. Each is painted small, enlarged
 * and grained, so that decoding and encoding it takes about as long as a photograph. They are made once and kept.
 */
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { CatalogueEntry } from "../catalogueEntry.ts";
import { enlarge } from "./enlarge.ts";
import { SCENES, type SceneName } from "./scenes.ts";

const PICTURES = 36;
/** Width and height in pixels, used in turn: most have 3 megapixels, every fourth has 12, one in eight is upright. */
const SHAPES = [
  [2160, 1440],
  [2400, 1350],
  [1440, 2160],
  [4200, 2800],
  [2160, 1440],
  [2000, 1600],
  [2500, 1390],
  [4500, 2530],
] as const;
/** The scene is computed at this width, in pixels, and then enlarged. Finer detail is grain only. */
const PAINTED_WIDTH = 640;
/** This thread paints one picture while threads of sharp encode others. */
const AT_ONCE = 4;
const JPEG_QUALITY = 86;

const TITLES = {
  ridges: ["First light on the ridge", "Seven valleys", "The far chain", "Haze", "Above the treeline", "Morning climb"],
  sea: ["Glitter", "West of the harbour", "Long swell", "Cloud bank", "Outbound", "Still water"],
  dunes: ["Slip face", "Red sand", "Wind lines", "The empty quarter", "Crest", "Noon"],
  night: ["Clear night", "The band", "No moon", "Treeline", "Late summer stars", "Four in the morning"],
  meadow: [
    "White in June",
    "Pink, by the path",
    "A yellow row",
    "Violet, after rain",
    "Red on the slope",
    "White again",
  ],
  city: ["Across the river", "Offices at six", "Night shift", "Reflections", "The new quarter", "From the bridge"],
} as const satisfies Record<SceneName, readonly string[]>;

/** What a search finds the pictures by, besides their titles. */
const TAGS = {
  ridges: ["mountain", "snow", "forest"],
  sea: ["sea", "ocean", "sun"],
  dunes: ["desert", "dune", "sand"],
  night: ["night", "star", "sky"],
  meadow: ["flower", "meadow", "summer"],
  city: ["city", "skyline", "dusk"],
} as const satisfies Record<SceneName, readonly string[]>;

const NAMES = Object.keys(SCENES) as SceneName[];

/**
 * Makes the pictures that `folder` does not have yet, and gives its catalogue. `progress` is called after each new picture.
 * Throws when the folder cannot be written.
 */
export async function generatePhotographs(
  folder: string,
  progress: (made: number, of: number) => void = () => {},
): Promise<readonly CatalogueEntry[]> {
  await mkdir(folder, { recursive: true });
  const entries: CatalogueEntry[] = [];
  let next = 0;
  let made = 0;
  const work = async () => {
    for (let seed = next++; seed < PICTURES; seed = next++) {
      entries[seed] = await photograph(folder, seed, () => progress(++made, PICTURES));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return entries;
}

async function photograph(folder: string, seed: number, onMade: () => void): Promise<CatalogueEntry> {
  const scene = NAMES[seed % NAMES.length] ?? "ridges";
  const [width, height] = SHAPES[seed % SHAPES.length] ?? SHAPES[0];
  const file = `${scene}-${seed}.jpg`;
  const path = join(folder, file);
  let bytes = (await stat(path).catch(() => undefined))?.size;
  if (bytes === undefined) {
    const picture = await paint(scene, seed, width, height);
    const draft = `${path}.${process.pid}.tmp`;
    await writeFile(draft, picture);
    await rename(draft, path);
    bytes = picture.length;
    onMade();
  }
  return {
    file,
    title: TITLES[scene][Math.floor(seed / NAMES.length)] ?? scene,
    author: `Generated (seed ${seed})`,
    licence: "CC0-1.0",
    licenceUrl: "https://creativecommons.org/publicdomain/zero/1.0/",
    tags: TAGS[scene],
    width,
    height,
    bytes,
  };
}

/** One picture as JPEG bytes. The same arguments give the same pixels. */
export async function paint(scene: SceneName, seed: number, width: number, height: number): Promise<Buffer> {
  const columns = Math.min(width, PAINTED_WIDTH);
  const rows = Math.round((columns * height) / width);
  const colourAt = SCENES[scene](seed, width / height);
  const pixels = new Uint8Array(columns * rows * 3);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const value of colourAt((column + 0.5) / columns, (row + 0.5) / rows)) {
        pixels[at++] = Math.min(255, Math.max(0, value * 255));
      }
    }
  }
  const large = enlarge({ width: columns, height: rows, pixels }, width, height, seed);
  return sharp(large.pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: JPEG_QUALITY, optimiseCoding: false })
    .toBuffer();
}

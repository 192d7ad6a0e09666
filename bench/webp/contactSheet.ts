/** Contact sheets: parts of the photographs at full size, the source beside what two encoders make of it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import sharp, { type OverlayOptions, type Sharp } from "sharp";
import type { Pixels } from "../../src/image/picture.ts";
import type { Photograph } from "./photographs.ts";

const QUALITIES = [40, 60, 75] as const;
const CELL = { width: 420, height: 300 } as const;
const ROWS = 4;
const LABEL = 18;

type Encoder = { readonly name: string; readonly encode: (pixels: Pixels, quality: number) => Uint8Array };

/** The upper middle of a picture, where skies and faces are. */
async function part(picture: Sharp, { width, height }: Pixels): Promise<Buffer> {
  const size = { width: Math.min(width, CELL.width), height: Math.min(height, CELL.height) };
  const left = (width - size.width) >> 1;
  const top = (height - size.height) >> 2;
  return picture
    .extract({ left, top, ...size })
    .removeAlpha()
    .png()
    .toBuffer();
}

function label(text: string): Buffer {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${CELL.width}" height="${LABEL}">` +
      `<text x="4" y="13" font-size="12" font-family="sans-serif" fill="#fff">${escaped}</text></svg>`,
  );
}

async function writeSheet(
  file: string,
  photos: readonly Photograph[],
  encoders: readonly Encoder[],
  quality: number,
): Promise<void> {
  const layers: OverlayOptions[] = [];
  for (const [row, { name, pixels }] of photos.entries()) {
    const raw = { raw: { width: pixels.width, height: pixels.height, channels: 4 } } as const;
    const cells = [{ text: name, picture: sharp(pixels.data, raw) }];
    for (const encoder of encoders) {
      const bytes = encoder.encode(pixels, quality);
      cells.push({ text: `${encoder.name}, quality ${quality}: ${bytes.length} bytes`, picture: sharp(bytes) });
    }
    for (const [column, { text, picture }] of cells.entries()) {
      const [left, top] = [column * (CELL.width + 4), row * (CELL.height + LABEL + 4)];
      layers.push({ input: label(text), left, top });
      layers.push({ input: await part(picture, pixels), left, top: top + LABEL });
    }
  }
  const width = (encoders.length + 1) * (CELL.width + 4);
  const height = photos.length * (CELL.height + LABEL + 4);
  const sheet = sharp({ create: { width, height, channels: 3, background: "#222" } });
  await sheet.composite(layers).png().toFile(file);
}

/** Writes `quality-NN-M.png` into the folder. Gives how many. */
export async function writeSheets(
  folder: string,
  photos: readonly Photograph[],
  encoders: readonly Encoder[],
): Promise<number> {
  mkdirSync(folder, { recursive: true });
  let written = 0;
  for (const quality of QUALITIES) {
    for (let first = 0; first < photos.length; first += ROWS) {
      const file = join(folder, `quality-${quality}-${1 + first / ROWS}.png`);
      await writeSheet(file, photos.slice(first, first + ROWS), encoders, quality);
      written++;
    }
  }
  return written;
}

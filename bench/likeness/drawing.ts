/** Pictures for the likeness bench, drawn from a seed as 64 x 64 grey pixels: photographs, scans, templates and flats. */
import { dHashOf } from "../../src/image/analyse/dhash.ts";
import { pdqOf } from "../../src/image/analyse/pdq.ts";
import { GRID, gridOf } from "../../src/image/analyse/reduction.ts";

export type Random = () => number;
export type Hashes = { readonly dhash: Uint8Array; readonly pdq: Uint8Array; readonly quality: number };

/** Kinds of pictures and their share: catalogues have many scans of books, and pictures that a museum shows for missing ones. */
const KINDS = [
  { share: 0.6, draw: drawPhotograph, isUnique: true },
  { share: 0.2, draw: drawScan, isUnique: true },
  { share: 0.12, draw: drawTemplate, isUnique: false },
  { share: 0.08, draw: drawFlat, isUnique: false },
] as const;

/** A picture's hashes. `isUnique`: no other picture was drawn from the same template. */
export function drawPicture(random: Random): Hashes & { readonly isUnique: boolean } {
  let left = random();
  const kind = KINDS.find(({ share }) => (left -= share) < 0) ?? KINDS[0];
  const luma = new Float32Array(GRID * GRID);
  kind.draw(luma, random);
  return { ...hashesOf(luma), isUnique: kind.isUnique };
}

function hashesOf(luma: Float32Array): Hashes {
  const data = new Uint8Array(4 * luma.length);
  for (const [i, value] of luma.entries()) data.fill(Math.max(0, Math.min(255, Math.round(value))), 4 * i, 4 * i + 4);
  const grid = gridOf({ width: GRID, height: GRID, data, alpha: false });
  const { hash, quality } = pdqOf(grid);
  return { dhash: bytesOf(dHashOf(grid)), pdq: bytesOf(hash), quality };
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

const WAVE = Float32Array.from({ length: 1024 }, (_, i) => Math.cos((2 * Math.PI * i) / 1024));

/** Light from above, waves whose height falls with their frequency as in photographs, a few edges, noise. */
function drawPhotograph(luma: Float32Array, random: Random): void {
  const [middle, fall] = [80 + 100 * random(), 70 * (random() - 0.2)];
  for (let y = 0; y < GRID; y++) luma.fill(middle + fall * (0.5 - y / GRID), y * GRID, (y + 1) * GRID);
  for (let wave = 0; wave < 16; wave++) {
    const [across, down] = [Math.round(10 * (random() - 0.5)), Math.round(10 * (random() - 0.5))];
    const [height, phase] = [(80 * random()) / Math.max(1, Math.hypot(across, down)), Math.floor(1024 * random())];
    for (let y = 0, at = 0; y < GRID; y++) {
      for (let x = 0; x < GRID; x++, at++) {
        luma[at] = (luma[at] ?? 0) + height * (WAVE[(phase + 8 * (across * x + down * y)) & 1023] ?? 0);
      }
    }
  }
  for (let edge = 0; edge < 5; edge++) addBox(luma, random, 100 * (random() - 0.5), 40);
  addNoise(luma, random, 6);
}

/** A page: margins, and lines of text of different lengths. */
function drawScan(luma: Float32Array, random: Random): void {
  luma.fill(225 + 20 * random());
  const [left, right] = [4 + 5 * random(), 56 + 4 * random()];
  const [spacing, from] = [3 + Math.floor(3 * random()), 3 + Math.floor(8 * random())];
  for (let y = from; y < 60; y += spacing) {
    const end = random() < 0.2 ? left + (right - left) * random() : right;
    const dark = 60 + 60 * random();
    for (let x = Math.floor(left); x < end; x++) {
      if (random() < 0.85) luma[y * GRID + x] = (luma[y * GRID + x] ?? 0) - dark * (0.6 + 0.4 * random());
    }
  }
  if (random() < 0.4) addBox(luma, random, -120 * random(), 30);
  addNoise(luma, random, 3);
}

/** One of 24 notices: the same grey shapes on white with a label that differs. */
function drawTemplate(luma: Float32Array, random: Random): void {
  const which = Math.floor(24 * random());
  luma.fill(240);
  for (let i = 0; i < 3; i++) {
    const [left, top] = [(which * 7 + i * 19) % 40, (which * 11 + i * 13) % 40];
    for (let y = top; y < top + 8; y++) for (let x = left; x < left + 14; x++) luma[y * GRID + x] = 190 - 10 * i;
  }
  for (let x = 20; x < 44; x++) if (random() < 0.5) luma[58 * GRID + x] = 150;
}

function drawFlat(luma: Float32Array, random: Random): void {
  luma.fill(20 + 215 * random());
  addNoise(luma, random, 1 + 3 * random());
}

function addBox(luma: Float32Array, random: Random, by: number, most: number): void {
  const [left, top] = [Math.floor(60 * random()), Math.floor(60 * random())];
  const [right, bottom] = [left + 3 + most * random(), top + 3 + most * random()];
  for (let y = top; y < Math.min(GRID, bottom); y++) {
    for (let x = left; x < Math.min(GRID, right); x++) luma[y * GRID + x] = (luma[y * GRID + x] ?? 0) + by;
  }
}

function addNoise(luma: Float32Array, random: Random, height: number): void {
  for (let i = 0; i < luma.length; i++) luma[i] = (luma[i] ?? 0) + height * (random() - 0.5);
}

/** Seeded pictures of every kind that encoders stumble over. */
import type { Pixels } from "../../../../../src/image/picture.ts";
import type { Random } from "../jpeg/decoder/random.ts";
import { paint } from "./decoder/pictures.ts";

type Painter = (random: Random, width: number, height: number) => Uint8Array;
type Colour = readonly [number, number, number];

/** Fills an opaque picture, a pixel at a time. */
function filled(width: number, height: number, colourAt: (x: number, y: number) => Colour): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([...colourAt(x, y), 255], (y * width + x) * 4);
  }
  return data;
}

const anyColour = (random: Random): Colour => [random.between(0, 255), random.between(0, 255), random.between(0, 255)];

export const PAINTERS = {
  photo: paint,
  flat: (random, width, height) => {
    const colour = anyColour(random);
    return filled(width, height, () => colour);
  },
  noise: (random, width, height) => filled(width, height, () => anyColour(random)),
  extremes: (random, width, height) => filled(width, height, () => (random.next() < 0.5 ? [0, 0, 0] : [255, 255, 255])),
  gradient: (random, width, height) => {
    const [from, to] = [anyColour(random), anyColour(random)];
    const mix = (t: number, c: number) => Math.round((from[c] ?? 0) * (1 - t) + (to[c] ?? 0) * t);
    return filled(width, height, (x, y) => {
      const t = (x + y) / Math.max(1, width + height - 2);
      return [mix(t, 0), mix(t, 1), mix(t, 2)];
    });
  },
  text: (random, width, height) => {
    const [ink, paper] = [anyColour(random), anyColour(random)];
    const strokes = Array.from({ length: 64 }, () => random.next() < 0.45);
    return filled(width, height, (x, y) => (y % 9 < 7 && strokes[((x >> 1) * 5 + (y >> 1) * 3) & 63] ? ink : paper));
  },
} as const satisfies Record<string, Painter>;

export type Kind = keyof typeof PAINTERS;
export const KINDS = Object.keys(PAINTERS) as Kind[];

type AlphaAt = (random: Random, x: number, y: number, width: number, height: number) => number;

export const ALPHAS = {
  opaque: () => 255,
  "all transparent": () => 0,
  disc: (_, x, y, width, height) => {
    const far = Math.hypot(x - width / 2, y - height / 2) - Math.min(width, height) / 3;
    return Math.round(255 * Math.min(1, Math.max(0, 1 - far / 2)));
  },
  gradient: (_, x, __, width) => Math.round((255 * x) / Math.max(1, width - 1)),
  stripes: (_, x, y) => ((x + y) % 7 < 3 ? 255 : 40),
  noise: (random) => random.between(0, 255),
} as const satisfies Record<string, AlphaAt>;

export type AlphaKind = keyof typeof ALPHAS;
export const ALPHA_KINDS = Object.keys(ALPHAS) as AlphaKind[];

export function picture(random: Random, kind: Kind, width: number, height: number, alpha: AlphaKind | null): Pixels {
  const data = PAINTERS[kind](random, width, height);
  if (alpha === null) return { width, height, data, alpha: false };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[(y * width + x) * 4 + 3] = ALPHAS[alpha](random, x, y, width, height);
    }
  }
  return { width, height, data, alpha: true };
}

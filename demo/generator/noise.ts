/** Random numbers from a seed, and smooth noise: the same seed always gives the same picture. Pure. */

/** A generator of numbers in [0, 1) from a 32-bit seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Noise over the plane: a value in [0, 1] for any point, continuous, with features about one unit wide. */
export type Noise = (x: number, y: number) => number;

const LATTICE = 256;
/** Gradient noise of unit vectors stays within +- sqrt(1/2). This maps it to [0, 1]. */
const SPAN = Math.SQRT2;

/**
 * Gradient noise (Perlin 1985, with the smoothing of 2002): a random direction at each point of a repeating lattice of
 * 256 x 256. Noise of random values instead shows its lattice as a grid in even areas, such as skies.
 */
export function noiseFrom(seed: number): Noise {
  const random = randomFrom(seed);
  const angles = Float32Array.from({ length: LATTICE * LATTICE }, () => random() * 2 * Math.PI);
  const across = angles.map(Math.cos);
  const down = angles.map(Math.sin);
  return (x, y) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const u = x - left;
    const v = y - top;
    const row = (top & (LATTICE - 1)) * LATTICE;
    const next = ((top + 1) & (LATTICE - 1)) * LATTICE;
    const column = left & (LATTICE - 1);
    const right = (left + 1) & (LATTICE - 1);
    const a = (across[row + column] ?? 0) * u + (down[row + column] ?? 0) * v;
    const b = (across[row + right] ?? 0) * (u - 1) + (down[row + right] ?? 0) * v;
    const c = (across[next + column] ?? 0) * u + (down[next + column] ?? 0) * (v - 1);
    const d = (across[next + right] ?? 0) * (u - 1) + (down[next + right] ?? 0) * (v - 1);
    const s = u * u * u * (u * (u * 6 - 15) + 10);
    const t = v * v * v * (v * (v * 6 - 15) + 10);
    const above = a + (b - a) * s;
    const below = c + (d - c) * s;
    return 0.5 + ((above + (below - above) * t) * SPAN) / 2;
  };
}

/** The axes are turned from octave to octave, so that the lattices of the octaves do not fall together. In radians. */
const TURN = 0.65;
const COSINE = Math.cos(TURN) * 2;
const SINE = Math.sin(TURN) * 2;

/** Sum of `octaves` noises. Each is twice as fine and half as strong as the one before. The result is in [0, 1]. */
export function fractal(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let strength = 0.5;
  for (let octave = 0; octave < octaves; octave++) {
    sum += noise(x, y) * strength;
    const turned = x * COSINE - y * SINE + 17.3;
    y = x * SINE + y * COSINE + 9.1;
    x = turned;
    strength /= 2;
  }
  return sum / (1 - strength * 2);
}

/** As `fractal`, with sharp crests where each noise is in the middle of its range (ridged noise). In [0, 1]. */
export function ridged(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let strength = 0.5;
  let crest = 1;
  for (let octave = 0; octave < octaves; octave++) {
    crest *= (1 - Math.abs(noise(x, y) * 2 - 1)) ** 2;
    sum += crest * strength;
    const turned = x * COSINE - y * SINE + 17.3;
    y = x * SINE + y * COSINE + 9.1;
    x = turned;
    strength /= 2;
  }
  return sum / (1 - strength * 2);
}

/** 0 below `from`, 1 above `to`, and a smooth step between them. */
export function step(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

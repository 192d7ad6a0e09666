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

/** Value noise: random values on a repeating lattice of 256 x 256, with smooth interpolation between them. */
export function noiseFrom(seed: number): Noise {
  const random = randomFrom(seed);
  const lattice = Float32Array.from({ length: LATTICE * LATTICE }, random);
  const at = (x: number, y: number) => lattice[(y & (LATTICE - 1)) * LATTICE + (x & (LATTICE - 1))] ?? 0;
  return (x, y) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const u = smooth(x - left);
    const v = smooth(y - top);
    const above = at(left, top) + (at(left + 1, top) - at(left, top)) * u;
    const below = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * u;
    return above + (below - above) * v;
  };
}

/** Sum of `octaves` noises. Each is twice as fine and half as strong as the one before. The result is in [0, 1]. */
export function fractal(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let strength = 0.5;
  for (let octave = 0; octave < octaves; octave++) {
    sum += noise(x, y) * strength;
    x = x * 2 + 17.3;
    y = y * 2 + 9.1;
    strength /= 2;
  }
  return sum / (1 - strength * 2);
}

/** 0 below `from`, 1 above `to`, and a smooth step between them. */
export function step(from: number, to: number, value: number): number {
  return smooth(Math.min(1, Math.max(0, (value - from) / (to - from))));
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Colours of the generated pictures: red, green and blue from 0 to 1. Pure. */

export type Colour = readonly [red: number, green: number, blue: number];

/** A picture: the colour of any point. x and y in [0, 1], y down. */
export type Scene = (x: number, y: number) => Colour;

/** Prepares a picture for a seed. `aspect` is width / height. */
export type Painter = (seed: number, aspect: number) => Scene;

/** From `a` (t = 0) to `b` (t = 1). */
export const mix = (a: Colour, b: Colour, t: number): Colour => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

/** Light and shade: each channel times `factor`. */
export const shade = (colour: Colour, factor: number): Colour => [
  colour[0] * factor,
  colour[1] * factor,
  colour[2] * factor,
];

/** Times of day: top of the sky, sky at the horizon, the sun's light, and what shadows get from the sky. */
export const LIGHTS = [
  { high: [0.25, 0.4, 0.62], low: [0.96, 0.76, 0.58], sun: [1, 0.86, 0.66], shadow: [0.24, 0.26, 0.36] },
  { high: [0.27, 0.5, 0.8], low: [0.8, 0.89, 0.95], sun: [1, 0.97, 0.9], shadow: [0.3, 0.38, 0.48] },
  { high: [0.27, 0.22, 0.42], low: [0.93, 0.55, 0.44], sun: [1, 0.7, 0.5], shadow: [0.2, 0.17, 0.28] },
  { high: [0.52, 0.6, 0.66], low: [0.84, 0.86, 0.86], sun: [0.95, 0.95, 0.93], shadow: [0.36, 0.4, 0.43] },
  { high: [0.16, 0.34, 0.5], low: [0.66, 0.83, 0.86], sun: [0.96, 0.98, 0.94], shadow: [0.18, 0.28, 0.34] },
  { high: [0.5, 0.47, 0.48], low: [0.96, 0.86, 0.66], sun: [1, 0.92, 0.74], shadow: [0.34, 0.29, 0.26] },
] as const satisfies readonly Record<"high" | "low" | "sun" | "shadow", Colour>[];

export type Light = (typeof LIGHTS)[number];

export function lightOf(seed: number): Light {
  return LIGHTS[(seed + Math.floor(seed / LIGHTS.length)) % LIGHTS.length] ?? LIGHTS[0];
}

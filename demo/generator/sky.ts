/** A sky with clouds and a low sun. Pure. */
import { type Colour, type Light, mix } from "./colour.ts";
import { fractal, type Noise, step } from "./noise.ts";

export type Sky = {
  readonly light: Light;
  readonly noise: Noise;
  readonly aspect: number;
  /** Where the sun stands, in parts of width and height. */
  readonly sunX: number;
  readonly sunY: number;
  /** How much of the sky is cloud, from 0 to 1. */
  readonly clouds: number;
  /** Where the sky ends, in parts of the height. */
  readonly horizon: number;
};

/** The colour of the sky at a point. Clouds get flatter toward the horizon, and are lit from the sun's side. */
export function skyColour({ light, noise, aspect, sunX, sunY, clouds, horizon }: Sky, x: number, y: number): Colour {
  const height = Math.min(1, y / horizon);
  const away = Math.hypot((x - sunX) * aspect, (y - sunY) * 1.4);
  const base = mix(light.high, light.low, height ** 1.6);
  const glow = Math.exp(-away * 3.2) * 0.75 + Math.exp(-away * 26) * 0.9;
  const lit = mix(base, light.sun, Math.min(1, glow));
  // The ceiling of clouds in perspective.
  const far = 1 / (1.08 - height * 0.92);
  const [u, v] = [(x - 0.5) * aspect * far * 1.1, far * 2.1];
  const bend = fractal(noise, u * 0.7 + 31, v * 0.9, 3) * 1.1;
  const density = (px: number, py: number) =>
    step(0.72 - clouds * 0.34, 0.98 - clouds * 0.34, fractal(noise, px + bend, py * 1.5, 7) + (1 - height) * 0.02);
  const cloud = density(u, v);
  if (cloud < 0.002) return lit;
  const toward = density(u + Math.sign(sunX - x) * 0.06, v - 0.08);
  const bright = Math.min(1, Math.max(0, 0.62 + (cloud - toward) * 0.9 + glow * 0.4));
  const body = mix(mix(light.shadow, light.low, 0.55), mix(light.sun, [1, 1, 1], 0.35), bright);
  return mix(lit, body, cloud * 0.92);
}

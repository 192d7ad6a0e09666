/** Flowers close up: a few in focus, the others blurred to discs before and behind them. */
import { type Colour, mix, type Painter, shade } from "../colour.ts";
import { fractal, noiseFrom, randomFrom, step } from "../noise.ts";

const PETALS = [
  [0.96, 0.95, 0.93],
  [0.86, 0.42, 0.62],
  [0.96, 0.78, 0.24],
  [0.62, 0.5, 0.86],
  [0.93, 0.36, 0.24],
] as const satisfies readonly Colour[];
const CENTRE: Colour = [0.9, 0.68, 0.12];
const DARK: Colour = [0.08, 0.16, 0.07];
const GREENS = [
  [0.3, 0.44, 0.16],
  [0.24, 0.4, 0.24],
  [0.5, 0.54, 0.24],
] as const satisfies readonly Colour[];

type Bloom = {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly turn: number;
  readonly tilt: number;
};

export const meadow: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const random = randomFrom(seed + 3);
  const turn = Math.floor(seed / 6);
  const petal = PETALS[turn % PETALS.length] ?? PETALS[0];
  const green = GREENS[turn % GREENS.length] ?? GREENS[0];
  const discs = Array.from({ length: 46 }, () => ({
    x: random() * aspect,
    y: 0.1 + random() * 0.85,
    size: 0.03 + random() * 0.075,
    strength: 0.1 + random() * 0.4,
    tint: random(),
  }));
  const count = 3 + Math.floor(random() * 3);
  const blooms = Array.from({ length: count }, (_, at): Bloom => {
    const [x, y] = [((at + 0.25 + random() * 0.5) / count) * aspect, 0.26 + random() * 0.34];
    return { x, y, size: 0.11 + random() * 0.08, turn: random() * 6, tilt: 0.72 + random() * 0.28 };
  });
  const background = (x: number, y: number): Colour => {
    const soft = fractal(noise, x * 1.6, y * 1.6, 3);
    let colour = mix(mix(DARK, green, 0.35 + soft * 0.9), [0.72, 0.78, 0.46], step(0.75, -0.15, y) * 0.42);
    for (const disc of discs) {
      const away = Math.hypot(x - disc.x, y - disc.y) / disc.size;
      if (away > 1.15) continue;
      const tone = mix(petal, mix(green, [0.9, 0.95, 0.6], 0.5), disc.tint);
      colour = mix(colour, tone, step(1.15, 0.8, away) * disc.strength);
    }
    // Blades of grass, soft.
    const blade = fractal(noise, x * 26 + y * 5, y * 2.2, 3);
    return shade(
      mix(colour, shade(green, 1.25), step(0.52, 0.66, blade) * 0.42 * step(0.35, 0.9, y)),
      0.86 + soft * 0.3,
    );
  };
  return (across, y) => {
    const x = across * aspect;
    let colour = background(x, y);
    for (const bloom of blooms) {
      const stem = bloom.x + Math.sin((y - bloom.y) * 3 + bloom.turn) * 0.035;
      if (y > bloom.y) colour = mix(colour, shade(green, 0.75), step(0.011, 0.005, Math.abs(x - stem)));
      colour = flower(bloom, petal, noise, x, y, colour);
    }
    return colour;
  };
};

function flower(
  bloom: Bloom,
  petal: Colour,
  noise: (x: number, y: number) => number,
  x: number,
  y: number,
  behind: Colour,
): Colour {
  const [dx, dy] = [(x - bloom.x) / bloom.size, (y - bloom.y) / bloom.size / bloom.tilt];
  const away = Math.hypot(dx, dy);
  if (away > 1.1) return behind;
  const angle = Math.atan2(dy, dx) + bloom.turn;
  let colour = behind;
  // Two rings of petals, the lower one in the shade of the upper.
  for (const ring of [0, 1]) {
    const count = 13;
    const at = (angle / (2 * Math.PI)) * count + ring * 0.5;
    const which = Math.floor(at);
    const part = Math.abs(at - which - 0.5) * 2;
    const length = (0.82 + noise(which * 3.7 + ring * 50, bloom.turn) * 0.3) * (ring === 0 ? 1 : 0.92);
    const along = away / length;
    const width = Math.sqrt(Math.max(0, 1 - (Math.max(0, along - 0.62) / 0.38) ** 2)) * (0.5 + along * 0.42);
    const cover = step(1, 0.9, part / Math.max(0.02, width)) * step(1.01, 0.97, along);
    const vein = 0.5 + 0.5 * Math.cos(part * 9);
    const tone = (ring === 0 ? 0.68 : 0.9) + along * 0.14 - part * 0.14 + vein * 0.04 - dy * 0.08;
    colour = mix(colour, shade(petal, tone), cover);
  }
  const grain = noise(dx * 34, dy * 34);
  const dome = 1 - (away / 0.27) ** 2;
  return mix(colour, shade(CENTRE, 0.52 + dome * 0.4 + (grain - 0.5) * 0.7), step(0.28, 0.245, away));
}

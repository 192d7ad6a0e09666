/** Six kinds of picture, each a function from a point to a colour. x and y in [0, 1], y down; colours 0..1. Pure. */
import { fractal, noiseFrom, randomFrom, step } from "./noise.ts";

export type Colour = readonly [red: number, green: number, blue: number];

/** Prepares a picture for a seed. `aspect` is width / height. */
export type Scene = (x: number, y: number) => Colour;

type Painter = (seed: number, aspect: number) => Scene;

const mix = (a: Colour, b: Colour, t: number): Colour => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

/** Colours: top of the sky, sky at the horizon, land, light. */
const PALETTES = [
  [
    [0.16, 0.3, 0.55],
    [0.98, 0.72, 0.5],
    [0.1, 0.16, 0.2],
    [1, 0.9, 0.7],
  ],
  [
    [0.3, 0.55, 0.85],
    [0.85, 0.93, 0.97],
    [0.16, 0.3, 0.18],
    [1, 0.98, 0.9],
  ],
  [
    [0.2, 0.13, 0.35],
    [0.95, 0.45, 0.4],
    [0.08, 0.07, 0.14],
    [1, 0.75, 0.5],
  ],
  [
    [0.42, 0.55, 0.6],
    [0.8, 0.82, 0.78],
    [0.2, 0.24, 0.22],
    [0.95, 0.95, 0.9],
  ],
  [
    [0.05, 0.2, 0.35],
    [0.4, 0.75, 0.75],
    [0.04, 0.13, 0.16],
    [0.85, 1, 0.9],
  ],
  [
    [0.55, 0.4, 0.3],
    [0.98, 0.85, 0.6],
    [0.35, 0.18, 0.1],
    [1, 0.95, 0.75],
  ],
] as const satisfies readonly (readonly [Colour, Colour, Colour, Colour])[];

function paletteOf(seed: number) {
  return PALETTES[(seed + Math.floor(seed / PALETTES.length)) % PALETTES.length] ?? PALETTES[0];
}

/** Mountain chains under a low sun. The distant ones are paler. */
const ridges: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const [high, horizon, land, light] = paletteOf(seed);
  const sun = 0.2 + randomFrom(seed)() * 0.6;
  const chains = 5;
  return (x, y) => {
    for (let near = chains; near >= 1; near--) {
      const crest = 0.34 + near * 0.12 - fractal(noise, x * aspect * (6 - near) + near * 40, near * 7.7, 6) * 0.3;
      if (y > crest) {
        const rock = fractal(noise, x * aspect * 30 + near * 9, y * 40, 4) - 0.5;
        const shade = mix(horizon, land, (near / chains) * (0.75 + 0.25 * step(0, 0.2, y - crest)));
        return mix(shade, light, Math.max(0, rock) * 0.35);
      }
    }
    const glow = Math.max(0, 1 - Math.hypot((x - sun) * aspect, y - 0.32) * 2.4) ** 2;
    const cloud = step(0.5, 0.8, fractal(noise, x * aspect * 3, y * 9, 6)) * 0.6;
    return mix(mix(mix(high, horizon, Math.min(1, y * 1.9)), light, cloud), light, glow);
  };
};

/** Open water with the sun's glitter and banks of cloud. */
const sea: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const [high, horizon, land, light] = paletteOf(seed + 2);
  const sun = 0.25 + randomFrom(seed)() * 0.5;
  return (x, y) => {
    const line = 0.46;
    if (y < line) {
      const cloud = step(0.42, 0.75, fractal(noise, x * aspect * 2.5, y * 8, 7));
      const glow = Math.max(0, 1 - Math.hypot((x - sun) * aspect, y - line + 0.08) * 3) ** 2;
      return mix(mix(mix(high, horizon, y / line), light, cloud * 0.7), light, glow);
    }
    const depth = (y - line) / (1 - line);
    const swell = fractal(noise, (x * aspect * 14) / (0.15 + depth), 9 / (0.08 + depth), 5);
    const path = Math.max(0, 1 - Math.abs(x - sun) / (0.05 + depth * 0.22));
    const water = mix(mix(horizon, land, 0.35 + depth * 0.6), high, swell * 0.5);
    return mix(water, light, path * step(0.5, 0.72, swell) * 0.9);
  };
};

/** Sand in long curves, one side of each in the sun. */
const dunes: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const [high, horizon] = paletteOf(seed % 4 === 0 ? 4 : 1);
  const lit: Colour = [0.93, 0.66, 0.4];
  const dark: Colour = [0.45, 0.22, 0.14];
  return (x, y) => {
    const skyline = 0.3 + fractal(noise, x * aspect * 1.3, 3, 4) * 0.12;
    if (y < skyline) return mix(high, horizon, y / skyline);
    const depth = (y - skyline) / (1 - skyline);
    const bend = fractal(noise, x * aspect * 2, y * 2.5, 3) * 6;
    const wave = Math.sin((x * aspect * 3 + bend + depth * 7) * 2.2);
    const ripple = Math.sin((y * 160 + bend * 30) / (0.4 + depth)) * 0.06 * depth;
    const grain = (fractal(noise, x * 260, y * 260, 2) - 0.5) * 0.12;
    return mix(dark, lit, Math.min(1, Math.max(0, 0.55 + wave * 0.42 + ripple + grain)));
  };
};

/** Stars, a bright band of them, and trees against the sky. */
const night: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const [, , , light] = paletteOf(seed);
  return (x, y) => {
    const trees = 0.8 - fractal(noise, x * aspect * 22, 1, 3) * 0.14 - fractal(noise, x * aspect * 2, 5, 3) * 0.1;
    if (y > trees) return [0.015, 0.02, 0.03];
    const across = y - 0.15 - x * 0.45;
    const band = Math.exp(-(across ** 2) * 26) * fractal(noise, x * aspect * 5, y * 5, 6);
    const star = fractal(noise, x * aspect * 190, y * 190, 1) ** 26 * 3;
    const sky = mix([0.02, 0.04, 0.11], [0.12, 0.16, 0.28], y);
    return mix(mix(sky, [0.75, 0.62, 0.7], band * 0.75), light, Math.min(1, star * (0.4 + band)));
  };
};

/** Flowers near and sharp, others far and blurred into discs. */
const meadow: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const random = randomFrom(seed);
  const hue = random();
  const petal: Colour = [0.95, 0.35 + hue * 0.5, 0.3 + random() * 0.6];
  const blooms = Array.from({ length: 60 }, (_, index) => {
    const near = index / 60;
    return { x: random() * aspect, y: 0.25 + random() * 0.75, size: 0.015 + near ** 3 * 0.09, near };
  });
  return (x, y) => {
    const blade = fractal(noise, x * aspect * 60, y * 6 + x * 8, 3);
    let colour = mix([0.75, 0.86, 0.6], mix([0.1, 0.28, 0.08], [0.5, 0.65, 0.2], blade), step(0.05, 0.5, y));
    for (const bloom of blooms) {
      const dx = x * aspect - bloom.x;
      const dy = y - bloom.y;
      const away = Math.hypot(dx, dy) / bloom.size;
      if (away > 1.3) continue;
      const lobes = 1 - 0.28 * bloom.near * (1 + Math.sin(Math.atan2(dy, dx) * 6)) * 0.5;
      const cover = 1 - step(lobes * (0.75 + bloom.near * 0.2), lobes, away);
      const centre = 1 - step(0.2, 0.3, away);
      colour = mix(colour, mix(petal, [0.98, 0.8, 0.15], centre), cover * (0.35 + bloom.near * 0.65));
    }
    return colour;
  };
};

/** Towers with lit windows, mirrored in a river. */
const city: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const random = randomFrom(seed);
  const [high, horizon, , light] = paletteOf(seed % 2 === 0 ? 2 : 0);
  const towers = Array.from({ length: 48 }, () => ({ top: 0.2 + random() * 0.42, shade: 0.4 + random() * 0.6 }));
  const shore = 0.72;
  const above: Scene = (x, y) => {
    const column = Math.floor(x * towers.length);
    const tower = towers[column % towers.length] ?? { top: 1, shade: 1 };
    if (y < tower.top) {
      const cloud = step(0.45, 0.8, fractal(noise, x * aspect * 3, y * 6, 6)) * 0.5;
      return mix(mix(high, horizon, y / shore), light, cloud);
    }
    const across = (x * towers.length * 5) % 1;
    const down = (y * 90) % 1;
    const window = across > 0.25 && across < 0.8 && down > 0.3 && down < 0.8;
    const lit = noise(Math.floor(x * towers.length * 5) * 3.7 + 0.5, Math.floor(y * 90) * 5.3 + 0.5) > 0.58;
    const wall = mix([0.05, 0.06, 0.1], [0.2, 0.2, 0.26], tower.shade);
    return window && lit ? mix(wall, [1, 0.85, 0.5], 0.85) : wall;
  };
  return (x, y) => {
    if (y < shore) return above(x, y);
    const depth = y - shore;
    const sway = (fractal(noise, x * aspect * 9, 4 / (0.06 + depth), 4) - 0.5) * (0.02 + depth * 0.25);
    const mirrored = above(Math.min(0.999, Math.max(0, x + sway)), shore - depth * 1.6);
    return mix(mirrored, [0.03, 0.06, 0.12], 0.35);
  };
};

export const SCENES = { ridges, sea, dunes, night, meadow, city } as const satisfies Record<string, Painter>;

export type SceneName = keyof typeof SCENES;

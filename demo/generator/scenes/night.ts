/** Stars, the Milky Way, a glow at the horizon, and trees against the sky. */
import { type Colour, mix, type Painter } from "../colour.ts";
import { fractal, noiseFrom, randomFrom, step } from "../noise.ts";

/** Cells of the sky along the height. Each has at most one star. */
const CELLS = 130;
const STARS = [
  [0.78, 0.86, 1],
  [1, 0.98, 0.95],
  [1, 0.86, 0.72],
] as const satisfies readonly Colour[];

type Star = { readonly x: number; readonly y: number; readonly light: number; readonly colour: Colour };

export const night: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const random = randomFrom(seed);
  const slope = (random() - 0.5) * 1.6;
  const middle = 0.2 + random() * 0.3;
  const glow: Colour = random() < 0.5 ? [0.35, 0.26, 0.2] : [0.16, 0.28, 0.27];
  const wide = Math.ceil(CELLS * aspect);
  const stars = Array.from({ length: wide * CELLS }, (): Star => {
    const place = { x: 0.15 + random() * 0.7, y: 0.15 + random() * 0.7 };
    return { ...place, light: random() ** 9, colour: STARS[Math.floor(random() * STARS.length)] ?? STARS[0] };
  });
  const trees = Array.from({ length: 34 }, () => ({
    x: random(),
    tall: 0.05 + random() ** 2 * 0.17,
    wide: 0.022 + random() * 0.035,
  }));
  const treeline = (x: number) => {
    const ground = 0.93 - fractal(noise, x * aspect * 1.5, 5, 4) * 0.1;
    let top = ground;
    for (const tree of trees) {
      const off = Math.abs(x - tree.x) * aspect;
      if (off > tree.wide * 2) continue;
      const ragged = (noise(x * aspect * 130, tree.x * 90) - 0.5) * 0.035;
      top = Math.min(top, ground - tree.tall * (1 - off / tree.wide) + ragged * (off / tree.wide + 0.3));
    }
    return top;
  };
  return (x, y) => {
    const dark = step(-0.004, 0.004, y - treeline(x));
    if (dark === 1) return [0.012, 0.014, 0.02];
    const across = y - middle - (x - 0.5) * slope + (fractal(noise, x * aspect * 2, y * 2, 3) - 0.5) * 0.16;
    const cloud = fractal(noise, x * aspect * 4 + 3, y * 4, 6);
    const lane = step(0.46, 0.6, fractal(noise, x * aspect * 3.2 + 40, y * 3.2, 6)) * Math.exp(-(across ** 2) * 90);
    const band = Math.exp(-(across ** 2) * 22) * (0.25 + cloud * 0.95) * (1 - lane * 0.75);
    const sky = mix(mix([0.025, 0.04, 0.085], [0.07, 0.1, 0.17], y), glow, step(0.35, 1.05, y) * 0.85);
    const milky = mix(sky, mix([0.5, 0.46, 0.56], [0.72, 0.6, 0.55], cloud), band * 0.62);
    const [column, row] = [x * aspect * CELLS, y * CELLS];
    const star = stars[(Math.floor(row) % CELLS) * wide + (Math.floor(column) % wide)];
    if (star === undefined) return milky;
    const off = Math.hypot(column - Math.floor(column) - star.x, row - Math.floor(row) - star.y);
    const light = star.light * (0.75 + band) + (star.light > 0.03 ? 0.12 : 0);
    const shine = Math.exp(-((off / (0.13 + star.light * 0.16)) ** 2)) * light * 1.8;
    return mix(mix(milky, star.colour, Math.min(1, shine)), [0.012, 0.014, 0.02], dark);
  };
};

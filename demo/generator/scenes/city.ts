/** A city at dusk behind a river, with lit windows and their reflections. */
import { type Colour, LIGHTS, mix, type Painter, type Scene, shade } from "../colour.ts";
import { fractal, noiseFrom, randomFrom, step } from "../noise.ts";
import { skyColour } from "../sky.ts";

const SHORE = 0.66;
const WINDOW: Colour = [1, 0.84, 0.56];
const WALL: Colour = [0.12, 0.13, 0.18];

type Tower = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly tone: number;
  readonly spire: boolean;
  readonly id: number;
};

export const city: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const random = randomFrom(seed);
  const light = LIGHTS[[0, 2, 4][Math.floor(seed / 6) % 3] ?? 0] ?? LIGHTS[0];
  const centre = 0.25 + random() * 0.5;
  /** Rows of towers, the far ones pale and without windows. */
  const rows = [0, 1, 2].map((row) => {
    const towers: Tower[] = [];
    for (let left = -0.05; left < aspect + 0.05; ) {
      const right = left + 0.025 + random() * (0.05 + row * 0.018);
      const middle = Math.exp(-((((left + right) / 2 / aspect - centre) * 2.6) ** 2));
      const tall = (0.07 + random() ** 2 * 0.34 * (0.35 + middle)) * (1 - row * 0.17) + 0.02;
      towers.push({
        left,
        right,
        top: SHORE - tall,
        tone: 0.75 + random() * 0.5,
        spire: random() < 0.12,
        id: towers.length + row * 500,
      });
      left = right + (random() < 0.3 ? random() * 0.03 : 0.002);
    }
    return towers;
  });
  const sky = { light, noise, aspect, sunX: centre, sunY: SHORE - 0.04, clouds: 0.2 + random() * 0.4, horizon: SHORE };
  const above: Scene = (across, y) => {
    const x = across * aspect;
    for (const row of [2, 1, 0]) {
      const tower = rows[row]?.find(({ left, right }) => x >= left && x < right);
      if (tower === undefined) continue;
      const { left, right, top, tone, spire, id } = tower;
      const mast = spire && Math.abs(x - (left + right) / 2) < 0.0022 && y > top - 0.06;
      if (y < top && !mast) continue;
      const haze = mix(light.low, light.high, 0.35);
      const round = 0.82 + 0.3 * ((x - left) / (right - left));
      const wall = mix(shade(WALL, tone * round * (1 + (SHORE - y))), haze, 0.72 - row * 0.32 + (y - top) * 0.1);
      if (mast || row === 0) return wall;
      return mix(wall, WINDOW, windowAt(x - left, y - top, id, row) * (row === 2 ? 0.95 : 0.5));
    }
    return mix(skyColour(sky, across, y), WINDOW, Math.exp(-((SHORE - y) * 9)) * 0.22);
  };
  /** How bright the window at a point is: some floors are lit in full, most windows are dark. */
  function windowAt(x: number, y: number, id: number, row: number): number {
    const [pitch, floor] = [0.0075 + row * 0.0015, 0.0115 + row * 0.002];
    const [column, level] = [Math.floor(x / pitch), Math.floor(y / floor)];
    const inside =
      step(0.1, 0.28, (x / pitch) % 1) *
      step(0.94, 0.76, (x / pitch) % 1) *
      step(0.2, 0.4, (y / floor) % 1) *
      step(0.92, 0.76, (y / floor) % 1);
    const office = noise(level * 0.91 + 0.4, id * 7.3 + 0.2);
    const lamp = noise(column * 5.7 + id * 3.1 + 0.5, level * 4.3 + 0.5);
    return inside * step(0.56, 0.72, lamp * 0.7 + office * 0.42) * (0.35 + noise(column * 9.1, level * 8.7 + id) * 0.8);
  }
  return (x, y) => {
    if (y < SHORE) return above(x, y);
    const depth = (y - SHORE) / (1 - SHORE);
    const far = 1 / (0.09 + depth);
    const ripple = fractal(noise, (x - 0.5) * aspect * far * 1.6, far * 7, 4) - 0.5;
    // The mean of a few points along the height: a rippled surface draws lights out to stripes.
    let [red, green, blue] = [0, 0, 0];
    for (const part of [-0.5, 0, 0.5]) {
      const up = Math.min(
        SHORE - 0.002,
        Math.max(0, SHORE - depth * 0.5 + ripple * 0.16 * (0.25 + depth) + part * 0.05 * (0.2 + depth)),
      );
      const seen = above(Math.min(0.999, Math.max(0, x + ripple * 0.018)), up);
      red += seen[0] / 3;
      green += seen[1] / 3;
      blue += seen[2] / 3;
    }
    const water = mix(shade([red, green, blue], 0.78), [0.05, 0.07, 0.12], 0.3 + ripple * 0.5);
    return mix(water, [0.02, 0.02, 0.03], Math.exp(-depth * 70) * 0.8);
  };
};

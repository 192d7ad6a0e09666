/** Sand: crests with one side in the sun, and ripples of the wind. */
import { type Colour, LIGHTS, mix, type Painter } from "../colour.ts";
import { fractal, noiseFrom, randomFrom } from "../noise.ts";
import { skyColour } from "../sky.ts";
import { drawGround } from "../terrain.ts";

const SANDS = [
  [0.88, 0.66, 0.42],
  [0.82, 0.5, 0.3],
  [0.92, 0.78, 0.56],
] as const satisfies readonly Colour[];

export const dunes: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const random = randomFrom(seed + 9);
  const light = LIGHTS[seed % 4 === 0 ? 0 : seed % 3 === 0 ? 5 : 1] ?? LIGHTS[0];
  const sand = SANDS[Math.floor(seed / 6) % SANDS.length] ?? SANDS[0];
  const side = random() < 0.5 ? -1 : 1;
  const turn = (random() - 0.5) * 0.9;
  /** Long backs against the wind, short slopes behind the crest. */
  const wave = (at: number) => {
    const part = at - Math.floor(at);
    const rise = part < 0.72 ? part / 0.72 : (1 - part) / 0.28;
    return rise * rise * (3 - 2 * rise) * 0.55 + rise * 0.45;
  };
  const heightAt = (x: number, y: number) => {
    const bend = fractal(noise, x * 0.22, y * 0.22 + 7, 3) * 3.4;
    const large = wave(side * x * 0.16 + y * (0.34 + turn * 0.1) + bend) * fractal(noise, x * 0.2 + 40, y * 0.2, 2);
    return large * 1.05 + Math.sin((x * side * 0.6 + y + bend * 0.35) * 95) * 0.0011 * Math.min(1, 2.5 / y);
  };
  const ground = drawGround(
    {
      heightAt,
      colourAt: (x, y) => mix(sand, [0.62, 0.4, 0.26], (fractal(noise, x * 3, y * 3, 4) - 0.5) * 0.5 + 0.1),
      sun: [1.1, 1.02, 0.92],
      shadow: mix(light.shadow, [0.5, 0.4, 0.4], 0.45),
      haze: mix(light.low, sand, 0.4),
      eye: 0.95 + random() * 0.3,
      horizon: 0.36,
      far: 16,
      clear: 13,
      side,
      sunRise: 0.34,
      zoom: 0.72,
    },
    aspect,
  );
  const sky = { light, noise, aspect, sunX: 0.5 + side * 0.6, sunY: 0.1, clouds: random() * 0.35, horizon: 0.42 };
  return (x, y) => ground(x, y) ?? skyColour(sky, x, y);
};

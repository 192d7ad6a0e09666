/** Mountain chains with forest below, rock above and snow on top. */
import { type Colour, lightOf, mix, type Painter } from "../colour.ts";
import { fractal, noiseFrom, randomFrom, ridged, step } from "../noise.ts";
import { skyColour } from "../sky.ts";
import { drawGround } from "../terrain.ts";

const FOREST: Colour = [0.16, 0.24, 0.15];
const GRASS: Colour = [0.36, 0.38, 0.22];
const ROCK: Colour = [0.48, 0.45, 0.43];
const SNOW: Colour = [0.95, 0.96, 1];

export const ridges: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const random = randomFrom(seed + 5);
  const light = lightOf(seed);
  const side = random() < 0.5 ? -1 : 1;
  const snowLine = 0.62 + random() * 0.5;
  const heightAt = (x: number, y: number) =>
    ridged(noise, x * 0.42 + seed * 3.1, y * 0.34, 7) * (0.35 + Math.min(1.9, y * 0.3)) +
    fractal(noise, x * 0.3, y * 0.3 + 50, 2) * 0.35;
  const ground = drawGround(
    {
      heightAt,
      colourAt: (x, y, height, slope) => {
        const rough = fractal(noise, x * 9, y * 9, 4);
        const low = mix(FOREST, GRASS, step(0.42, 0.62, rough) * 0.8);
        const stone = mix(low, ROCK, step(0.5, 0.8, height / (0.7 + y * 0.1) + (rough - 0.5) * 0.5 + slope * 0.05));
        return mix(stone, SNOW, step(snowLine, snowLine + 0.12, height + (rough - 0.5) * 0.4 - slope * 0.12));
      },
      sun: light.sun,
      shadow: light.shadow,
      haze: mix(light.low, light.high, 0.25),
      eye: 0.9 + random() * 0.25,
      horizon: 0.5,
      far: 14,
      clear: 5.5,
      side,
      sunRise: 0.5,
      zoom: 0.62,
    },
    aspect,
  );
  const sky = {
    light,
    noise,
    aspect,
    sunX: 0.5 + side * 0.42,
    sunY: 0.16,
    clouds: 0.25 + random() * 0.5,
    horizon: 0.55,
  };
  return (x, y) => ground(x, y) ?? skyColour(sky, x, y);
};

/** Open water with the sun's glitter under banks of cloud. */
import { lightOf, mix, type Painter, shade } from "../colour.ts";
import { fractal, noiseFrom, randomFrom, step } from "../noise.ts";
import { skyColour } from "../sky.ts";

export const sea: Painter = (seed, aspect) => {
  const noise = noiseFrom(seed);
  const random = randomFrom(seed);
  const light = lightOf(seed + 2);
  const line = 0.42 + random() * 0.16;
  const sunX = 0.22 + random() * 0.56;
  const sky = {
    light,
    noise,
    aspect,
    sunX,
    sunY: line - 0.06 - random() * 0.16,
    clouds: 0.35 + random() * 0.5,
    horizon: line,
  };
  const deep = shade(mix(light.shadow, light.high, 0.45), 0.62);
  return (x, y) => {
    if (y < line) return skyColour(sky, x, y);
    const depth = (y - line) / (1 - line);
    // The surface in perspective: waves are narrow and close together near the horizon.
    const far = 1 / (0.035 + depth);
    const across = (x - 0.5) * aspect * far;
    const swell = fractal(noise, across * 1.3, far * 2.2, 4);
    const chop = fractal(noise, across * 5 + 70, far * 8.5, 4);
    const slope = (swell - 0.5) * 1.1 + (chop - 0.5) * (0.5 + depth * 0.5);
    // A wave that leans toward the eye shows its own colour, one that leans away shows the sky.
    const mirror = Math.min(1, Math.max(0, (1 - depth) ** 2.2 * 0.8 + 0.16 + slope * 0.75));
    const reflected = skyColour(
      sky,
      Math.min(1, Math.max(0, x + slope * 0.06)),
      Math.max(0, line * (1 - depth * 0.75)),
    );
    const water = mix(deep, reflected, mirror);
    const path = Math.exp(-(((x - sunX) * aspect) ** 2) / (0.004 + depth * 0.035));
    const glitter = path * step(0.56 - path * 0.05, 0.68, chop * 0.62 + swell * 0.42);
    return mix(mix(water, light.low, Math.exp(-depth * 60) * 0.5), mix(light.sun, [1, 1, 1], 0.4), glitter * 0.95);
  };
};

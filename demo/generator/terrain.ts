/** Landscapes seen from a height: a field of heights, drawn column by column from near to far, lit by a low sun. Pure. */
import { type Colour, mix } from "./colour.ts";

export type Ground = {
  /** Height of the ground at a point of the plane. The eye looks along y. */
  readonly heightAt: (x: number, y: number) => number;
  /** Colour of the ground in the sun and in the shade. `slope`: rise over run. */
  readonly colourAt: (x: number, y: number, height: number, slope: number) => Colour;
  readonly sun: Colour;
  readonly shadow: Colour;
  /** What distance turns into. */
  readonly haze: Colour;
  /** Height of the eye above 0. */
  readonly eye: number;
  /** Where height 0 vanishes, in parts of the picture's height. */
  readonly horizon: number;
  /** Farthest distance, and the distance at which haze hides almost two thirds. */
  readonly far: number;
  readonly clear: number;
  /** From which side the sun shines: -1 left, 1 right. Its height is its rise over run. */
  readonly side: number;
  readonly sunRise: number;
  /** How steep things look: picture heights per height at distance 1. */
  readonly zoom: number;
};

const COLUMNS = 640;
const NEAREST = 0.35;
/** Growth of the step with the distance. */
const STRIDE = 1.0065;

/** Draws the ground. Gives its colour at a point of the picture, or undefined where the sky is. */
export function drawGround(ground: Ground, aspect: number): (x: number, y: number) => Colour | undefined {
  const rows = Math.round(COLUMNS / aspect);
  const pixels = new Float32Array(COLUMNS * rows * 3).fill(-1);
  for (let column = 0; column < COLUMNS; column++) {
    const across = ((column + 0.5) / COLUMNS - 0.5) * aspect;
    let drawn = rows;
    let apart = 0;
    for (let far = NEAREST; far < ground.far && drawn > 0; far += apart) {
      apart = far * (STRIDE - 1);
      const x = across * far;
      const height = ground.heightAt(x, far);
      const place = ground.horizon + ((ground.eye - height) * ground.zoom) / far;
      const top = Math.max(0, Math.floor(place * rows));
      if (top >= drawn) continue;
      const colour = litColour(ground, x, far, height);
      for (let row = top; row < drawn; row++) pixels.set(colour, (row * COLUMNS + column) * 3);
      drawn = top;
    }
  }
  return (x, y) => {
    const column = Math.min(COLUMNS - 1, Math.floor(x * COLUMNS));
    const at = (Math.min(rows - 1, Math.floor(y * rows)) * COLUMNS + column) * 3;
    const [red = -1, green = 0, blue = 0] = pixels.subarray(at, at + 3);
    return red < 0 ? undefined : [red, green, blue];
  };
}

function litColour(ground: Ground, x: number, y: number, height: number): Colour {
  const near = 0.004 * y + 0.002;
  const rise = (ground.heightAt(x + near, y) - height) / near;
  const depth = (ground.heightAt(x, y + near) - height) / near;
  const upright = 1 / Math.sqrt(1 + rise * rise + depth * depth);
  const facing = (-rise * ground.side + ground.sunRise - depth * 0.25) * upright;
  // Two looks toward the sun tell whether something stands before it.
  let open = 1;
  for (const away of [0.05, 0.16, 0.4]) {
    const reach = away * (0.3 + y * 0.3);
    const over = ground.heightAt(x + ground.side * reach, y) - height - reach * ground.sunRise;
    open = Math.min(open, 1 - Math.min(1, Math.max(0, over * 14)));
  }
  const light = Math.min(1.15, Math.max(0, facing * 1.15)) * open;
  const base = ground.colourAt(x, y, height, Math.hypot(rise, depth));
  const sunny = mix(ground.shadow, ground.sun, light);
  const lit: Colour = [base[0] * sunny[0] * 1.25, base[1] * sunny[1] * 1.25, base[2] * sunny[2] * 1.25];
  return mix(lit, ground.haze, 1 - Math.exp(-((y / ground.clear) ** 1.3)));
}

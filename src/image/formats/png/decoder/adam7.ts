/** Interlacing by Adam7 (PNG, third edition, section 8.1). */
import type { Size } from "../../../picture.ts";
import type { Pass } from "./rows.ts";

/** First column and row of each pass, and the steps between. */
export const ADAM7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
] as const;

export function adam7Passes({ width, height }: Size): readonly Pass[] {
  return ADAM7.map(({ x, y, dx, dy }) => ({
    width: Math.max(0, Math.ceil((width - x) / dx)),
    height: Math.max(0, Math.ceil((height - y) / dy)),
  }));
}

/** The rows that the passes have in the file. */
export function rowsOf(passes: readonly Pass[]): number {
  return passes.reduce((sum, { width, height }) => sum + (width > 0 ? height : 0), 0);
}

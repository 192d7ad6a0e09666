/** The extent of a path and how much of it there is (SVG 1.1 8.3). Time grows with the length of its data only. */
import type { Box } from "./lengths.ts";

/** `travel`: the length along the path in user units, measured along both axes. */
export type Extent = { readonly box: Box; readonly segments: number; readonly travel: number };

const TOKEN = /[\s,]*(?:([a-zA-Z])|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))/y;
/** The two flags of an arc need no space between them. */
const FLAG = /[\s,]*()([01])/y;
const ARGUMENTS: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, Q: 4, T: 2, A: 7, Z: 0 };
/** A curve is drawn as several lines. */
const LINES_PER_CURVE = 4;

/** Path data -> extent. The box holds the control points, so it is never too small. It ends where the data is no path. */
export function pathExtent(data: string): Extent {
  const pen = new Pen();
  let command = "";
  let args: number[] = [];
  for (let at = 0; at < data.length; ) {
    const isFlag = (command === "A" || command === "a") && (args.length === 3 || args.length === 4);
    const pattern = isFlag ? FLAG : TOKEN;
    pattern.lastIndex = at;
    const [whole, letter, number] = pattern.exec(data) ?? [];
    if (whole === undefined) break;
    at += whole.length;
    if (letter) {
      command = letter;
      args = [];
      if (ARGUMENTS[letter.toUpperCase()] === undefined) break;
      if (letter === "Z" || letter === "z") pen.close();
      continue;
    }
    args.push(Number(number));
    if (args.length < (ARGUMENTS[command.toUpperCase()] ?? Number.POSITIVE_INFINITY)) continue;
    pen.draw(command, args);
    args = [];
    // Further pairs after a move are lines.
    if (command === "M") command = "L";
    if (command === "m") command = "l";
  }
  return pen.extent();
}

/** The extent of corners that lines join, as of `points`. */
export function cornersExtent(numbers: readonly number[]): Extent {
  const pen = new Pen();
  for (let i = 0; i + 1 < numbers.length; i += 2) pen.draw(i === 0 ? "M" : "L", [numbers[i] ?? 0, numbers[i + 1] ?? 0]);
  pen.close();
  return pen.extent();
}

class Pen {
  #left = Infinity;
  #top = Infinity;
  #right = -Infinity;
  #bottom = -Infinity;
  #segments = 0;
  #travel = 0;
  #x = 0;
  #y = 0;
  #startX = 0;
  #startY = 0;
  /** How far the last control point is from the pen at most: a smooth curve begins with its mirror image. */
  #control = 0;

  draw(command: string, args: readonly number[]): void {
    const kind = command.toUpperCase();
    const [fromX, fromY] = command !== kind ? [this.#x, this.#y] : [0, 0];
    const [first = 0] = args;
    const x = kind === "V" ? this.#x : (kind === "H" ? first : (args.at(-2) ?? 0)) + fromX;
    const y = kind === "H" ? this.#y : (args.at(-1) ?? 0) + fromY;
    const mirrored = this.#control;
    this.#control = 0;
    if (kind === "M") this.#start(x, y);
    else if (kind === "A") this.#arc(Math.abs(first), Math.abs(args[1] ?? 0), x, y);
    else if (kind === "L" || kind === "H" || kind === "V") this.#to(x, y, 1);
    else {
      const controls = args.slice(0, -2).map((value, i) => value + (i % 2 === 0 ? fromX : fromY));
      this.#curve(controls, kind === "S" || kind === "T" ? mirrored : 0, x, y);
    }
  }

  close(): void {
    this.#to(this.#startX, this.#startY, 1);
  }

  extent(): Extent {
    const box = { left: this.#left, top: this.#top, right: this.#right, bottom: this.#bottom };
    return { box, segments: this.#segments, travel: this.#travel };
  }

  #start(x: number, y: number): void {
    [this.#x, this.#y, this.#startX, this.#startY] = [x, y, x, y];
    this.#hold(x, y);
  }

  #arc(rx: number, ry: number, x: number, y: number): void {
    // Radii that are too small grow together, until the chord fits in any direction (SVG 1.1 F.6.6).
    const growth = Math.max(1, Math.hypot(x - this.#x, y - this.#y) / 2 / Math.max(Math.min(rx, ry), Number.MIN_VALUE));
    const reach = Math.min(rx, ry) === 0 ? 0 : 2 * Math.max(rx, ry) * growth;
    this.#around(x, y, reach);
    this.#travel += 4 * reach;
    this.#to(x, y, LINES_PER_CURVE);
  }

  /** `mirrored`: how far the first control point is that a smooth curve does not write down. */
  #curve(controls: readonly number[], mirrored: number, x: number, y: number): void {
    if (mirrored > 0) {
      this.#around(this.#x, this.#y, mirrored);
      this.#travel += 4 * mirrored;
    }
    let [lastX, lastY] = [this.#x, this.#y];
    for (let i = 0; i + 1 < controls.length; i += 2) {
      [lastX, lastY] = [controls[i] ?? 0, controls[i + 1] ?? 0];
      this.#travel += Math.abs(lastX - this.#x) + Math.abs(lastY - this.#y);
      this.#hold(lastX, lastY);
    }
    this.#control = Math.hypot(x - lastX, y - lastY) + (controls.length === 0 ? mirrored : 0);
    this.#to(x, y, LINES_PER_CURVE);
  }

  #around(x: number, y: number, reach: number): void {
    this.#hold(x - reach, y - reach);
    this.#hold(x + reach, y + reach);
  }

  #to(x: number, y: number, segments: number): void {
    this.#segments += segments;
    this.#travel += Math.abs(x - this.#x) + Math.abs(y - this.#y);
    this.#hold(x, y);
    [this.#x, this.#y] = [x, y];
  }

  #hold(x: number, y: number): void {
    this.#left = Math.min(this.#left, x);
    this.#top = Math.min(this.#top, y);
    this.#right = Math.max(this.#right, x);
    this.#bottom = Math.max(this.#bottom, y);
  }
}

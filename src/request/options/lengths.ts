/** Readers of crops and gravities: pixels from 1 on, a share of the side below 1. */
import { CENTRE, COMPASS, type Gravity, MAX_SIDE, type Transform } from "../transform.ts";
import { ArgumentError, type ArgumentReader, decimal, decimalWithin, FLAG, reader } from "./arguments.ts";
import { QUANTUM, quantise, quantiseLength } from "./quantum.ts";

/** An offset: pixels, or a share of the side. It may be negative. */
export const OFFSET = reader(`a number from -${MAX_SIDE} to ${MAX_SIDE}`, (text) => {
  const value = decimalWithin(text, -MAX_SIDE, MAX_SIDE);
  return value === undefined ? undefined : quantiseLength(value);
});

/** A coordinate of a focus point. */
const COORDINATE = decimal(0, 1);

/**
 * A side of a crop: pixels, a share of the side, or 0 for the whole side. A share so small that it would round to 0 is
 * refused: it must not become the whole side.
 */
const CROP_SIDE = reader(`0, or a number from ${decimalText(QUANTUM)} to ${MAX_SIDE}`, (text) => {
  const value = decimalWithin(text, 0, MAX_SIDE);
  return value === undefined ? undefined : cropSide(value);
});

/** A side in percent -> a share of it; 100 % is 0, the whole side. A percentage that would round to 0 is refused. */
export const CROP_PERCENT: ArgumentReader<number> = reader(
  `0, or a number from ${decimalText(100 * QUANTUM)} to 100`,
  (text) => {
    const value = decimalWithin(text, 0, 100);
    if (value === 100) return 0;
    return value === undefined ? undefined : cropSide(value / 100);
  },
);

/** An offset in percent -> a share of the side; 100 % is the largest share. */
export const OFFSET_PERCENT: ArgumentReader<number> = reader("a number from 0 to 100", (text) => {
  const value = decimalWithin(text, 0, 100);
  return value === undefined ? undefined : Math.min(quantiseLength(value / 100), quantise(1 - QUANTUM));
});

const GRAVITY_LIMIT = `one of ${COMPASS.join(", ")}, fp:x:y with 0 to 1, or sm`;

/** `type[:x:y]`: a compass point with an offset, or `fp` with a point. */
export function readGravity(args: readonly string[]): Gravity {
  const [type = "", x = "", y = "", ...more] = args;
  if (more.length > 0) throw new ArgumentError(args.join(":"), GRAVITY_LIMIT);
  if (type === "fp") return { kind: "focus", x: COORDINATE.read(x), y: COORDINATE.read(y) };
  if (type === "sm") {
    if (x !== "" || y !== "") throw new ArgumentError(args.join(":"), "sm takes no offsets");
    return { kind: "smart", x: 0, y: 0 };
  }
  const at = COMPASS.find((point) => point === type);
  if (at === undefined) throw new ArgumentError(type, GRAVITY_LIMIT);
  return { kind: "compass", at, x: x === "" ? 0 : OFFSET.read(x), y: y === "" ? 0 : OFFSET.read(y) };
}

/** `width:height[:gravity]`; without a width and a height nothing is cut. */
export function readCrop([width = "", height = "", ...gravity]: readonly string[]): Transform["crop"] {
  const side = (text: string) => (text === "" ? 0 : CROP_SIDE.read(text));
  const own = gravity.length > 0 && gravity[0] !== "" ? readGravity(gravity) : null;
  const crop = { width: side(width), height: side(height), gravity: own };
  return crop.width === 0 && crop.height === 0 ? null : crop;
}

/** `flag[:gravity]`: where the picture stands on its extended canvas, null = it is not extended. */
export function readExtend([flag = "", ...gravity]: readonly string[]): Transform["extend"] | undefined {
  if (flag === "") return undefined;
  if (!FLAG.read(flag)) return null;
  if (gravity[0] === "sm") throw new ArgumentError("sm", "a place on the canvas, which sm is not");
  return gravity.length > 0 && gravity[0] !== "" ? readGravity(gravity) : CENTRE;
}

/** The canonical text of a gravity: `ce`, `nowe_10_0.5`, `fp_0.5_0.25`. */
export function gravityText(gravity: Gravity): string {
  if (gravity.kind === "smart") return "sm";
  const at = gravity.kind === "compass" ? gravity.at : "fp";
  const [x, y] = [quantise(gravity.x), quantise(gravity.y)];
  return x === 0 && y === 0 ? at : `${at}_${x}_${y}`;
}

function cropSide(value: number): number | undefined {
  const side = quantiseLength(value);
  return side === 0 && value !== 0 ? undefined : side;
}

/** A small number without an exponent: 1e-6 -> 0.000001. */
function decimalText(value: number): string {
  return value.toFixed(6).replace(/0+$/, "");
}

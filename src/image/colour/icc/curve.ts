/** Tone curves of ICC profiles: curveType (ICC.1:2022 10.6) and parametricCurveType (10.18). */
import { tag } from "./tag.ts";

/** Encoded value 0..1 -> linear value 0..1. */
export type ToneCurve = (encoded: number) => number;

/** How many parameters each function type has (table 68). */
const PARAMETERS = [1, 3, 4, 5, 7] as const;

/** Tag data -> curve, or null when it cannot be read. */
export function readCurve(body: DataView | undefined): ToneCurve | null {
  if (body === undefined || body.byteLength < 12) return null;
  if (tag(body, 0) === "curv") return tableCurve(body);
  return tag(body, 0) === "para" ? parametricCurve(body) : null;
}

/** Bytes of a curve that `readCurve` can read. */
export function curveBytes(body: DataView): number {
  if (tag(body, 0) === "curv") return 12 + 2 * body.getUint32(8);
  return 12 + 4 * (PARAMETERS[body.getUint16(8)] ?? 0);
}

/** Without an entry: identity. With one: a gamma, u8Fixed8. With more: a table over 0..1, interpolated. */
function tableCurve(body: DataView): ToneCurve | null {
  const count = body.getUint32(8);
  if (count === 0) return (x) => x;
  if (12 + 2 * count > body.byteLength) return null;
  if (count === 1) {
    const gamma = body.getUint16(12) / 256;
    return (x) => x ** gamma;
  }
  return (x) => {
    const at = Math.min(1, Math.max(0, x)) * (count - 1);
    const low = Math.min(count - 2, Math.floor(at));
    const [a, b] = [body.getUint16(12 + 2 * low), body.getUint16(14 + 2 * low)];
    return (a + (b - a) * (at - low)) / 65535;
  };
}

function parametricCurve(body: DataView): ToneCurve | null {
  const type = body.getUint16(8);
  const count = PARAMETERS[type];
  if (count === undefined || 12 + 4 * count > body.byteLength) return null;
  const p = Array.from({ length: count }, (_, i) => body.getInt32(12 + 4 * i) / 65536);
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = p;
  const power = (x: number) => Math.max(0, a * x + b) ** g;
  switch (type) {
    case 0:
      return (x) => x ** g;
    case 1:
      return (x) => (x >= -b / a ? power(x) : 0);
    case 2:
      return (x) => (x >= -b / a ? power(x) + c : c);
    case 3:
      return (x) => (x >= d ? power(x) : c * x);
    default:
      return (x) => (x >= d ? power(x) + e : c * x + f);
  }
}

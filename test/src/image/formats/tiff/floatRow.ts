/** Rows of floating point samples as TIFF stores them, written as plainly as can be. */

/** A number as `bits` bits, the upper byte first: IEEE 754, or the 24 bits of Adobe's Technical Note 3. */
function bytesOf(value: number, bits: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  if (bits === 64) view.setFloat64(0, value);
  else view.setFloat32(0, value);
  if (bits === 64 || bits === 32) return [...new Uint8Array(view.buffer, 0, bits / 8)];
  const word = view.getUint32(0);
  const [exponentBits, fractionBits] = bits === 24 ? [7, 16] : [5, 10];
  const bias = 2 ** (exponentBits - 1) - 1;
  const most = 2 ** exponentBits - 1;
  const [sign, exponent, fraction] = [word >>> 31, ((word >>> 23) & 255) - 127 + bias, word & 0x7fffff];
  const shift = 23 - fractionBits;
  let number = (exponent << fractionBits) | (fraction >> shift);
  if (Number.isNaN(value)) number = (most << fractionBits) | 1;
  else if (exponent >= most) number = most << fractionBits;
  else if (exponent <= 0) number = 0;
  number += sign * 2 ** (bits - 1);
  return bits === 24 ? [number >>> 16, (number >> 8) & 255, number & 255] : [number >>> 8, number & 255];
}

/** `predictor`: 1, 2 or 3. `step`: samples of a pixel. */
export function floatRow(
  values: readonly number[],
  { bits, little, predictor, step }: { bits: number; little: boolean; predictor: number; step: number },
): Uint8Array {
  const numbers = values.map((value) => bytesOf(value, bits));
  const size = bits / 8;
  if (predictor === 3) {
    const planes = Array.from({ length: size }, (_, k) => numbers.map((bytes) => bytes[k] ?? 0)).flat();
    return Uint8Array.from(planes, (byte, i) => byte - (i < step ? 0 : (planes[i - step] ?? 0)));
  }
  const words = numbers.map((bytes) => bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n));
  return Uint8Array.from(
    words.flatMap((word, i) => {
      const stored = predictor === 2 && i >= step ? BigInt.asUintN(bits, word - (words[i - step] ?? 0n)) : word;
      const bytes = Array.from({ length: size }, (_, k) => Number((stored >> BigInt(8 * k)) & 255n));
      return little ? bytes : bytes.reverse();
    }),
  );
}

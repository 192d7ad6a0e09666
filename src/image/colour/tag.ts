/** Signatures of ICC profiles (ICC.1:2022 4.4). */

/** Four characters of a signature. */
export function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

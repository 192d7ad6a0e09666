/** The header of a PNM file: numbers in text, between which comments may stand (netpbm's pnm(5)). */
import type { Source } from "../../header.ts";
import { damaged } from "../byteReader.ts";
import { still } from "../still.ts";

/** The sizes must stand within so many bytes. */
const HEAD_BYTES = 4_096;
const SIZES = /^P([1-6])(?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{1,9})[\s#]/;

/** PNM bytes -> Source. */
export function pnmHeader(bytes: Uint8Array): Source {
  const [, kind = "", across = "", down = ""] = SIZES.exec(String.fromCharCode(...bytes.subarray(0, HEAD_BYTES))) ?? [];
  const [width, height] = [Number(across), Number(down)];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  return still("pnm", width, height, { colour: kind === "3" || kind === "6" ? "rgb" : "grey" });
}

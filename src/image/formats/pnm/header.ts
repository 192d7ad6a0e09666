/** The header of a PNM file: numbers in text, between which comments may stand (netpbm's pnm(5)). */
import type { Source } from "../../header.ts";
import { damaged } from "../byteReader.ts";
import { pixelsInPhoton } from "../heavyMemory.ts";
import { still } from "../still.ts";

/** The sizes must stand within so many bytes. */
const HEAD_BYTES = 4_096;
const SIZES = /^P([1-6])(?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{0,9})/;
/** Above it a sample has two bytes. Bitmaps (P1 and P4) name no greatest value. */
const MAX_BYTE = 255;

/** PNM bytes -> Source. */
export function pnmHeader(bytes: Uint8Array): Source {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const [, kind = "", across = "", down = "", most = ""] = SIZES.exec(head) ?? [];
  const [width, height] = [Number(across), Number(down)];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  const isColour = kind === "3" || kind === "6";
  const isWide = kind !== "1" && kind !== "4" && Number(most) > MAX_BYTE;
  const source = still("pnm", width, height, { colour: isColour ? "rgb" : "grey" });
  return { ...source, mostPixels: pixelsInPhoton((isColour ? 3 : 1) * (isWide ? 2 : 1), bytes.length) };
}

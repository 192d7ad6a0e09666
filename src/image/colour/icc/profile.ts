/** ICC profiles of RGB and grey pictures (ICC.1:2022 sections 7 to 10): matrices and curves, or tables. */
import type { Matrix } from "../matrix.ts";
import { readCurve, type ToneCurve } from "./curve.ts";
import { lightnessToY, readTable, type Table } from "./table.ts";
import { HEADER_BYTES, readTags, tag } from "./tag.ts";

export type Profile =
  | { readonly kind: "rgb"; readonly curves: readonly [ToneCurve, ToneCurve, ToneCurve]; readonly matrix: Matrix }
  | { readonly kind: "grey"; readonly curve: ToneCurve }
  | { readonly kind: "table"; readonly table: Table };

/**
 * Profile bytes -> Profile, or null when it is damaged or of a kind that is not read here. A table counts before curves
 * and a matrix, which are then an approximation. Never throws.
 */
export function readProfile(bytes: Uint8Array): Profile | null {
  if (bytes.length < HEADER_BYTES + 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const space = tag(view, 16);
  if (tag(view, 36) !== "acsp" || (space !== "GRAY" && space !== "RGB ")) return null;
  const table = readTable(bytes, space);
  if (table !== null) return { kind: "table", table };
  const tags = readTags(view);
  const curve = (name: string) => readCurve(tags.get(name));
  if (space === "GRAY") {
    const grey = curve("kTRC");
    if (grey === null) return null;
    // With the connection space Lab the curve gives lightness.
    return { kind: "grey", curve: tag(view, 20) === "Lab " ? (x) => lightnessToY(grey(x)) : grey };
  }
  if (tag(view, 20) !== "XYZ ") return null;
  const r = curve("rTRC");
  // Most writers store one curve for all three.
  const same = (name: string) => tags.get(name)?.byteOffset === tags.get("rTRC")?.byteOffset;
  const [g, b] = [same("gTRC") ? r : curve("gTRC"), same("bTRC") ? r : curve("bTRC")];
  const [x, y, z] = [readXyz(tags.get("rXYZ")), readXyz(tags.get("gXYZ")), readXyz(tags.get("bXYZ"))];
  if (!r || !g || !b || !x || !y || !z) return null;
  return { kind: "rgb", curves: [r, g, b], matrix: [x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]] };
}

/** XYZType (10.31): signature, 4 reserved bytes, three s15Fixed16 numbers. */
function readXyz(body: DataView | undefined): readonly [number, number, number] | null {
  if (body === undefined || body.byteLength < 20 || tag(body, 0) !== "XYZ ") return null;
  const number = (at: number) => body.getInt32(at) / 65536;
  return [number(8), number(12), number(16)];
}

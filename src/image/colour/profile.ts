/** ICC profiles of matrices and curves (ICC.1:2022 sections 7 to 10). Profiles of tables are not read here. */
import { readCurve, type ToneCurve } from "./curve.ts";
import { tag } from "./tag.ts";

/** Colorants in XYZ relative to D50: a column for each channel, stored row by row. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

export type Profile =
  | { readonly kind: "rgb"; readonly curves: readonly [ToneCurve, ToneCurve, ToneCurve]; readonly matrix: Matrix }
  | { readonly kind: "grey"; readonly curve: ToneCurve };

const HEADER_BYTES = 128;
const MAX_TAGS = 100;

/** Profile bytes -> Profile, or null when it is damaged or of a kind that is not read here. Never throws. */
export function readProfile(bytes: Uint8Array): Profile | null {
  if (bytes.length < HEADER_BYTES + 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tag(view, 36) !== "acsp" || tag(view, 20) !== "XYZ ") return null;
  const tags = readTags(view);
  const curve = (name: string) => readCurve(tags.get(name));
  if (tag(view, 16) === "GRAY") {
    const grey = curve("kTRC");
    return grey === null ? null : { kind: "grey", curve: grey };
  }
  if (tag(view, 16) !== "RGB ") return null;
  const [r, g, b] = [curve("rTRC"), curve("gTRC"), curve("bTRC")];
  const [x, y, z] = [readXyz(tags.get("rXYZ")), readXyz(tags.get("gXYZ")), readXyz(tags.get("bXYZ"))];
  if (!r || !g || !b || !x || !y || !z) return null;
  return { kind: "rgb", curves: [r, g, b], matrix: [x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]] };
}

/** The tag table (7.3): signature, offset and size of each tag. Tags outside the profile are left out. */
function readTags(view: DataView): Map<string, DataView> {
  const tags = new Map<string, DataView>();
  const count = Math.min(view.getUint32(HEADER_BYTES), MAX_TAGS);
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + 4 + 12 * i;
    if (at + 12 > view.byteLength) break;
    const [offset, size] = [view.getUint32(at + 4), view.getUint32(at + 8)];
    if (offset + size > view.byteLength) continue;
    tags.set(tag(view, at), new DataView(view.buffer, view.byteOffset + offset, size));
  }
  return tags;
}

/** XYZType (10.31): signature, 4 reserved bytes, three s15Fixed16 numbers. */
function readXyz(body: DataView | undefined): readonly [number, number, number] | null {
  if (body === undefined || body.byteLength < 20 || tag(body, 0) !== "XYZ ") return null;
  const number = (at: number) => body.getInt32(at) / 65536;
  return [number(8), number(12), number(16)];
}

/** The header and the tag table of ICC profiles (ICC.1:2022 7.2, 7.3). */

export const HEADER_BYTES = 128;
const MAX_TAGS = 100;

/** Four characters of a signature. */
export function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

/** The data of each tag by its signature. Tags outside the profile are left out. The view has more than the header. */
export function readTags(view: DataView): ReadonlyMap<string, DataView> {
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

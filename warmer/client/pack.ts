import { type Packing, type PackingInput, packBins } from "./binPacking.ts";

/** Bytes that a signature adds: the line feed before it, its `#` and 43 characters. */
export const SIGNATURE_BYTES = 45;

/** Hints with the same place and format. They share lines. */
export type HintGroup = { readonly line: Readonly<Record<string, unknown>>; readonly paths: string[] };

/**
 * A datagram that is being written: its complete lines, and for the last line its group, its list of paths and their
 * number.
 */
type Writing = { done: string; group: number; list: string; paths: number };

/**
 * Converts a path to the form the warmer accepts: without scheme, host and fragment, with its leading slash, and
 * percent-encoded where it is not printable ASCII (as browsers do). Undefined if it is not text.
 */
export function pathOf(path: unknown): string | undefined {
  if (typeof path !== "string" || path === "") return undefined;
  const local = path.replace(/^https?:\/\/[^/?#]*/i, "").replace(/#.*$/s, "");
  const ascii = local.toWellFormed().replace(/[^!-~]+/g, encodeURIComponent);
  return ascii.startsWith("/") ? ascii : `/${ascii}`;
}

/**
 * Packs hints into few datagrams (see binPacking.ts): one JSON object per line, several paths in each. The paths of a
 * line, the lines of a datagram, and the datagrams keep the order in which their first paths were given.
 * @param time unix ms
 * @param capacity bytes of a datagram
 * @returns the texts to send (ASCII, except for names the caller gives), without a line feed at the end; and the number
 *   of paths that are too long for any datagram
 */
export function packHints(
  groups: Iterable<HintGroup>,
  time: number,
  capacity: number,
): { readonly datagrams: readonly string[]; readonly dropped: number } {
  const heads: string[] = [];
  const frames: number[] = [];
  const items: string[] = [];
  const sizes: number[] = [];
  const groupOf: number[] = [];
  let dropped = 0;
  for (const { line, paths } of groups) {
    const head = `{"v":1,"t":${time},${JSON.stringify(line).slice(1, -1)},"p":`;
    const frame = Buffer.byteLength(head) + "}\n".length;
    const before = items.length;
    for (const path of paths) {
      const item = JSON.stringify(path);
      if (frame + item.length > capacity + 1) {
        dropped++;
        continue;
      }
      items.push(item);
      sizes.push(item.length);
      groupOf.push(heads.length);
    }
    if (items.length === before) continue;
    heads.push(head);
    frames.push(frame);
  }
  const input = { sizes, groupOf, frames, capacity: capacity + 1 };
  return { datagrams: write(input, packBins(input), heads, items), dropped };
}

/** Writes the datagrams. The paths of a group follow each other, and so do those of a line. */
function write(input: PackingInput, filling: Packing, heads: readonly string[], items: readonly string[]): string[] {
  const texts = new Map<number, Writing>();
  for (let path = 0; path < items.length; path++) {
    const datagram = filling.datagramOf[path] as number;
    const group = input.groupOf[path] as number;
    const item = items[path] as string;
    const text = texts.get(datagram);
    if (text === undefined) texts.set(datagram, { done: "", group, list: item, paths: 1 });
    else if (text.group === group) {
      text.list += `,${item}`;
      text.paths++;
    } else {
      text.done = `${textOf(text, heads)}\n`;
      text.group = group;
      text.list = item;
      text.paths = 1;
    }
  }
  return Array.from(texts.values(), (text) => textOf(text, heads));
}

function textOf({ done, group, list, paths }: Writing, heads: readonly string[]): string {
  return `${done}${heads[group]}${paths === 1 ? list : `[${list}]`}}`;
}

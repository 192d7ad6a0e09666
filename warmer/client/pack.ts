import type { Hint } from "./hint.ts";

/** The largest datagram the warmer takes, bytes. */
export const MAX_DATAGRAM_BYTES = 1400;

/** What a signature line adds, bytes. */
export const SIGNATURE_BYTES = 44;

/** Hints with the same place and format, which share lines. */
export type Group = { readonly line: Readonly<Record<string, unknown>>; readonly paths: string[] };

const PLACES = { region: "r", country: "c", continent: "k", colo: "colo" } as const;

/**
 * The fields of a hint's line apart from its time and paths; undefined when its place is none.
 * @param sender the name the sender gives itself, if any
 */
export function lineOf(hint: Hint, sender: string | undefined): Record<string, unknown> | undefined {
  const given = Object.entries(PLACES).filter(([name]) => typeof hint[name as keyof Hint] === "string");
  const [place, second] = given;
  if (place === undefined || second !== undefined) return undefined;
  return {
    [place[1]]: hint[place[0] as keyof Hint],
    ...(hint.format === undefined ? {} : { f: hint.format }),
    ...(sender === undefined ? {} : { s: sender }),
  };
}

/**
 * A path as the warmer takes it: without scheme and host, with its leading slash, and percent-encoded where it is not
 * printable ASCII (what a browser does too). Undefined for what is no text.
 */
export function pathOf(path: unknown): string | undefined {
  if (typeof path !== "string" || path === "") return undefined;
  const local = path.replace(/^https?:\/\/[^/]+/i, "");
  const ascii = local.toWellFormed().replace(/[^!-~]+/g, encodeURIComponent);
  return ascii.startsWith("/") ? ascii : `/${ascii}`;
}

/**
 * Packs hints into as few datagrams as hold them: each is filled until the next path does not fit. One JSON object a
 * line, several paths in each.
 * @param time unix ms, @param room bytes of a datagram
 * @returns texts to send (ASCII but for the caller's names), and how many paths were too long for any
 */
export function packHints(
  groups: Iterable<Group>,
  time: number,
  room: number,
): { readonly datagrams: readonly string[]; readonly dropped: number } {
  const datagrams: string[] = [];
  let dropped = 0;
  let text = "";
  for (const { line, paths } of groups) {
    const head = `{"v":1,"t":${time},${JSON.stringify(line).slice(1, -1)},"p":[`;
    const frame = Buffer.byteLength(head) + "]}\n".length;
    let open = false;
    let used = Buffer.byteLength(text);
    for (const path of paths) {
      const item = JSON.stringify(path);
      if (frame + item.length > room) {
        dropped++;
        continue;
      }
      const cost = open ? item.length + 1 : frame + item.length;
      if (used + cost > room) {
        datagrams.push(open ? `${text}]}\n` : text);
        text = "";
        used = 0;
        open = false;
      }
      text += open ? `,${item}` : head + item;
      used += open ? item.length + 1 : frame + item.length;
      open = true;
    }
    if (open) text += "]}\n";
  }
  if (text !== "") datagrams.push(text);
  return { datagrams, dropped };
}

/** IPTC's Information Interchange Model (4.2): whose a picture is, and its title. */
import { textOf, tidy } from "./blocks.ts";

export type Iptc = {
  readonly title: string | null;
  readonly creator: string | null;
  readonly copyright: string | null;
  readonly credit: string | null;
};

const MARK = 0x1c;
/** Record 2 (6.1). */
const OBJECT_NAME = 5;
const BY_LINE = 80;
const CREDIT = 110;
const COPYRIGHT = 116;
/** A length over 32 767 is written in more bytes (1.6). No text is so long. */
const EXTENDED = 0x8000;
const MOST_CREATORS = 8;

/** Records -> Iptc; reading ends where they make no sense. Text is UTF-8 where it is that, else Latin-1. */
export function readIptc(bytes: Uint8Array): Iptc {
  const found = new Map<number, string[]>();
  for (let at = 0; at + 5 <= bytes.length && bytes[at] === MARK; ) {
    const [record, dataset] = [bytes[at + 1], bytes[at + 2] ?? 0];
    const length = ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0);
    if (length >= EXTENDED) break;
    if (record === 2 && [OBJECT_NAME, BY_LINE, CREDIT, COPYRIGHT].includes(dataset)) {
      const value = tidy(textOf(bytes.subarray(at + 5, at + 5 + length)));
      const values = found.get(dataset) ?? [];
      if (value !== null && values.length < MOST_CREATORS) found.set(dataset, [...values, value]);
    }
    at += 5 + length;
  }
  return {
    title: found.get(OBJECT_NAME)?.[0] ?? null,
    creator: found.get(BY_LINE)?.join(", ") ?? null,
    copyright: found.get(COPYRIGHT)?.[0] ?? null,
    credit: found.get(CREDIT)?.[0] ?? null,
  };
}

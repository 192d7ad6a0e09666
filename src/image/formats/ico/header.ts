/** Icon header: the size is that of the largest picture. Which one is decoded depends on the size asked for. */
import type { Source } from "../../header.ts";
import { still } from "../still.ts";
import { largest } from "./choose.ts";
import { ICO } from "./descriptor.ts";
import { readDirectory } from "./directory.ts";

/**
 * ICO or CUR bytes -> Source. A picture over our limit counts only when no other is there, so one bad entry does not
 * spoil the icon. Throws image_damaged.
 */
export function icoHeader(bytes: Uint8Array): Source {
  const all = readDirectory(bytes);
  const within = all.filter(({ width, height }) => width * height <= ICO.input.maxPixels);
  const entries = within.length > 0 ? within : all;
  const { width, height } = largest(entries);
  const inflatedBytes = entries.reduce((most, entry) => Math.max(most, entry.inflatedBytes), 0);
  return { ...still("ico", width, height, { alpha: true }), inflatedBytes, ico: entries };
}

/**
 * The canonical options string: one text per picture, whichever grammar asked for it. It is hashed into the store key.
 * It holds everything that changes the bytes and nothing else (not the signature, expiry, file name or attachment).
 *
 * Schema 2: a default value writes nothing, so a new option leaves every existing key as it is.
 */
import { storedFormat } from "./accept.ts";
import { folded } from "./folded.ts";
import type { ImageRequest } from "./imageRequest.ts";
import { isDefault, type OptionTable } from "./options/option.ts";
import { OPTIONS } from "./options/table.ts";

/** The parts of a request that decide the bytes. */
export type Variant = Pick<ImageRequest, "transform" | "accept" | "cachebuster">;

/**
 * Every option that differs from its default as `key:text`, sorted by key; then the stored format as `f:format`, always;
 * then the cachebuster, if any. Joined with `/`: `h:200/rt:fill/w:300/f:webp`.
 */
export function canonicalOptions(variant: Variant, table: OptionTable = OPTIONS): string {
  const { transform, accept, cachebuster } = variant;
  const values: Readonly<Record<string, unknown>> = { ...folded(transform), cachebuster };
  const written = (effects: readonly string[]) =>
    Object.entries(table)
      .flatMap(([field, row]) => {
        if (row.effect === "delivery" || field === "format" || !effects.includes(row.effect)) return [];
        return isDefault(row, values[field]) ? [] : [`${row.key}:${row.text(values[field])}`];
      })
      .sort();
  const format = `${OPTIONS.format.key}:${storedFormat(transform.format, accept)}`;
  return [...written(["geometry", "pixels", "metadata"]), format, ...written(["cache"])].join("/");
}

/** The same picture as AVIF. A picture that may move keeps a key of its own, so that no still takes its place. */
export function asAvif<V extends Variant>(variant: V): V {
  return { ...variant, transform: { ...variant.transform, format: "avif" } };
}

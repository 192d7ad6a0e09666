/** What one row of the table of options (table.ts) says. */
import type { ImageRequest } from "../imageRequest.ts";
import type { Transform } from "../transform.ts";
import { ArgumentError, type ArgumentReader } from "./arguments.ts";
import { quantise } from "./quantum.ts";

/** Everything that options say. */
export type Options = Transform & Pick<ImageRequest, "cachebuster" | "expires"> & ImageRequest["delivery"];

/** What a rendition's source looks like, as far as an option's `keepsWhole` needs it. */
export type SourceTraits = {
  readonly alpha: boolean;
  /** EXIF orientation, 1 = upright as stored (TIFF 6.0 tag 0x0112). */
  readonly orientation: number;
};

/**
 * How an unsigned request may use an option:
 * `free`: as asked, because it has few values. `sides`, `qualities`: snapped up to the ladder (policy/ladder.ts).
 * `refusable`: as asked, unless `UNSIGNED_REFUSED` names it (policy/unsigned.ts). `signed`: not at all.
 */
export type UnsignedRule = "free" | "sides" | "qualities" | "refusable" | "signed";

/**
 * What an option changes: which part of the source at which size, the pixels, the metadata in the file, the answer's
 * headers, only the key.
 */
export type Effect = "geometry" | "pixels" | "metadata" | "delivery" | "cache";

/** One argument, for messages and docs/front-end/url.md. */
export type Argument = { readonly name: string; readonly limit: string };

type Row<T> = {
  /** Its name in an imgproxy URL, and its short names. */
  readonly name: string;
  readonly short: readonly string[];
  readonly args: readonly Argument[];
  readonly doc: string;
  readonly fallback: T;
  /** Arguments -> value; undefined keeps the value that was there. Throws ArgumentError. */
  read(args: readonly string[]): T | undefined;
};

/** An option that changes only how the answer is delivered. It is not part of the key. */
type DeliveryRow<T> = Row<T> & { readonly effect: "delivery" };

/** An option that is part of the key. */
type KeyRow<T> = Row<T> & {
  readonly unsigned: UnsignedRule;
  /** Its short name in the canonical text. Never change it: stored keys hold it. */
  readonly key: string;
  /** The canonical text of a value. Two values with one text must make the same picture. */
  text(value: T): string;
};

/** An option that changes the picture, or what stands beside its pixels. */
type PictureRow<T> = KeyRow<T> & {
  readonly effect: "geometry" | "pixels" | "metadata";
  /**
   * Whether a rendition made with this value, which is not the default, still shows the whole source upright with
   * untouched pixels, so that smaller sizes may be made from it. Left out: no value does.
   */
  keepsWhole?(value: T, source: SourceTraits): boolean;
};

type CacheRow<T> = KeyRow<T> & { readonly effect: "cache" };

export type Option<T> = DeliveryRow<T> | PictureRow<T> | CacheRow<T>;

/** Some of the rows, each of its field's type. */
export type Rows = { readonly [K in keyof Options]?: Option<Options[K]> };

/** Field of the request's options -> its row. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** Whether the value is the option's default, by its canonical text. */
export function isDefault<T>(row: KeyRow<T>, value: T): boolean {
  return row.text(value) === row.text(row.fallback);
}

/** `args` and `read` of an option with one argument. An empty argument keeps the value that was there. */
export function single<T, V = T>(name: string, { limit, read }: ArgumentReader<T>, convert: (value: T) => V) {
  return {
    args: [{ name, limit }],
    read: (args: readonly string[]): V | undefined => {
      const [text = "", ...more] = args;
      if (more.length > 0) throw new ArgumentError(args.join(":"), "one argument");
      return text === "" ? undefined : convert(read(text));
    },
  };
}

/** For `single`: the value as it was read. */
export function same<T>(value: T): T {
  return value;
}

/** The canonical text of a number: six decimals at most, no trailing zeros. */
export function numberText(value: number): string {
  return String(quantise(value));
}

/** The canonical text of a flag. */
export function flagText(value: boolean): string {
  return value ? "1" : "0";
}

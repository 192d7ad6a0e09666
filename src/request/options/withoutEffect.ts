/**
 * imgproxy's options that are taken and change nothing, because they ask for what is always done here, or for nothing.
 * Builders with a fixed list of options write them. They are in no key. Any other value of them is refused: a picture
 * that is not what was asked for would be stored as if it were.
 */
import { ArgumentError, FLAG } from "./arguments.ts";

type Row = {
  readonly short: readonly string[];
  /** The values that are taken, in words. */
  readonly limit: string;
  readonly accepts: (args: readonly string[]) => boolean;
  readonly doc: string;
};

/** A flag with this value, or none. What follows it are details of a thing that is off. */
const flag =
  (value: boolean): Row["accepts"] =>
  ([first = ""]) =>
    first === "" || FLAG.read(first) === value;

/** Only numbers of this value, or none. */
const number =
  (value: number): Row["accepts"] =>
  (args) =>
    args.every((text) => text === "" || (/^-?\d{1,9}(\.\d{1,9})?$/.test(text) && Number(text) === value));

const OFF = { limit: flagText(false), accepts: flag(false) } as const;
const ZERO = { limit: "0", accepts: number(0) } as const;
const ONE = { limit: "1", accepts: number(1) } as const;

export const WITHOUT_EFFECT = {
  strip_metadata: {
    short: ["sm"],
    limit: flagText(true),
    accepts: flag(true),
    doc: "Metadata is always stripped, save what `keep_copyright` keeps",
  },
  color_profile: {
    short: ["cp", "icc"],
    limit: "srgb",
    accepts: ([name = ""]) => name === "" || name === "srgb",
    doc: "Colours are always converted to sRGB",
  },
  enforce_thumbnail: { short: ["eth"], ...OFF, doc: "A thumbnail inside the file is not used" },
  brightness: { short: ["br"], ...ZERO, doc: "Colours stay as they are" },
  contrast: { short: ["co"], ...ONE, doc: "Colours stay as they are" },
  saturation: { short: ["sa"], ...ONE, doc: "Colours stay as they are" },
  background_alpha: { short: ["bga"], ...ONE, doc: "A background is opaque" },
} as const satisfies Readonly<Record<string, Row>>;

const NAMES: ReadonlyMap<string, readonly [name: string, row: Row]> = new Map(
  Object.entries(WITHOUT_EFFECT).flatMap(([name, row]) =>
    [name, ...row.short].map((word) => [word, [name, row] as const] as const),
  ),
);

/**
 * Whether an option by this name or short name may be passed over. False when there is no such option. Throws
 * ArgumentError when it asks for something else than what is always done here.
 */
export function hasNoEffect(word: string, args: readonly string[]): boolean {
  const [, row] = NAMES.get(word) ?? [];
  if (row === undefined) return false;
  if (row.accepts(args)) return true;
  throw new ArgumentError(args.join(":"), `only ${row.limit}. ${row.doc}`);
}

/** The full name of an option without effect, for messages; undefined when there is no such option. */
export function fullName(word: string): string | undefined {
  return NAMES.get(word)?.[0];
}

function flagText(value: boolean): string {
  return value ? "t, true or 1" : "f, false or 0";
}

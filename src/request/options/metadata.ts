/** Options that decide which metadata stands in the file beside the pixels. */

import { textFromBase64url } from "../signing/base64url.ts";
import type { Transform } from "../transform.ts";
import { ArgumentError, FLAG, percentDecoded } from "./arguments.ts";
import { flagText, type Rows, single } from "./option.ts";

/** In characters: the 512 bytes of a small thumbnail hold both texts of usual length. */
const MAX_TEXT = 200;
const TEXT_LIMIT = `at most ${MAX_TEXT} characters, percent-encoded, without control characters`;
const SHAPE = "license:{text}:creator:{text}[:encoded]";

export const METADATA = {
  keepCopyright: {
    name: "keep_copyright",
    short: ["kcr"],
    ...single("keep_copyright", FLAG, (keep) => (keep ? "original" : "none")),
    doc: "Keeps creator, copyright and licence of the source's own file as XMP. When it is left out, `KEEP_COPYRIGHT` decides about what the fetched bytes carry",
    fallback: null,
    effect: "metadata",
    key: "kcr",
    // Pictures of before this option hold nothing, as those with `none` do.
    text: (kept) => (kept === null || kept === "none" ? "" : kept),
    unsigned: "free",
    // Which parents have what a smaller size must hold is a rule of its own (rendition/chooseParent.ts).
    keepsWhole: () => true,
  },
  keepProfile: {
    name: "strip_color_profile",
    short: ["scp"],
    ...single("strip", FLAG, (strips) => !strips),
    doc: "Converts colours to sRGB and leaves out the profile. `0` keeps the source's RGB profile in JPEG, PNG and WebP, and the values of its pixels; other colours are converted all the same",
    fallback: false,
    effect: "pixels",
    key: "icc",
    text: flagText,
    unsigned: "free",
  },
  license: {
    name: "license",
    short: [],
    args: [
      { name: "license", limit: `name or address; ${TEXT_LIMIT}` },
      { name: "creator", limit: "the word `creator`" },
      { name: "name", limit: "as license" },
      { name: "encoded", limit: FLAG.limit },
    ],
    read: readLicense,
    doc: "Rights of a source that carries none; `encoded` says that both texts are base64url, which an address needs",
    fallback: null,
    effect: "metadata",
    key: "lic",
    text: (rights) => (rights === null ? "" : [rights.license, rights.creator].map(encodeURIComponent).join(":")),
    unsigned: "signed",
  },
} as const satisfies Rows;

/** `{license}:creator:{name}[:encoded]`; with both texts empty there are no rights (null). */
function readLicense([license = "", word = "creator", name = "", encoded = "", ...more]: readonly string[]) {
  if (word !== "creator" || more.length > 0) throw new ArgumentError([license, word, name].join(":"), SHAPE);
  const isEncoded = encoded !== "" && FLAG.read(encoded);
  const read = (text: string): string => {
    const value = (isEncoded ? textFromBase64url(text) : percentDecoded(text))?.trim();
    // A lone surrogate cannot be written as UTF-8.
    if (value === undefined || value.length > MAX_TEXT || !/^[^\p{Cc}\p{Cs}]*$/u.test(value)) {
      throw new ArgumentError(text, TEXT_LIMIT);
    }
    return value;
  };
  const rights: Transform["license"] = { license: read(license), creator: read(name) };
  return rights.license === "" && rights.creator === "" ? null : rights;
}

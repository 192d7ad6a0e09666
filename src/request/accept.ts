/** The Accept header, reduced to the formats we can make (RFC 9110 12.5.1). */
import { BoundedMap } from "../concurrency/boundedMap.ts";
import { ACCEPT_CLASSES, type AcceptClass } from "../image/formats/descriptor.ts";
import { FORMATS, type FormatTable, type OutputFormat, outputFormats, storedClass } from "../image/formats/registry.ts";
import type { Transform } from "./transform.ts";

/** Browsers send only a few different texts, so what was read of them is kept. */
const READ = new BoundedMap<string, AcceptClass>(100);
/** Longer texts do not come from browsers and are not kept. In characters. */
const READ_LENGTH = 500;

/**
 * The best class that a browser names: `image/avif`, else `image/webp`, else `base` (JPEG or PNG). Wildcards name nothing:
 * programs that send `image/*` often cannot show more than that. A type with `q=0` is refused.
 */
export function acceptClass(accept: string | null): AcceptClass {
  const text = accept ?? "";
  const known = READ.get(text);
  if (known !== undefined) return known;
  const read = readAccept(text);
  if (text.length <= READ_LENGTH) READ.set(text, read);
  return read;
}

function readAccept(accept: string): AcceptClass {
  const named = new Set(accept.split(",").flatMap(acceptedType));
  return ACCEPT_CLASSES.find((name) => name === "base" || named.has(FORMATS[name].mime)) ?? "base";
}

function acceptedType(range: string): readonly string[] {
  const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
  const refused = parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter));
  return refused ? [] : [type];
}

/**
 * What stands for the format in a key: the format that an option names, else the class of what the browser accepts.
 * `base` is JPEG, or PNG for a picture with alpha, so it is a name of its own.
 */
export function storedFormat(
  format: Transform["format"],
  accept: AcceptClass,
  formats: FormatTable = FORMATS,
): OutputFormat | AcceptClass {
  return format === "auto" ? storedClass(accept, formats) : format;
}

/** Whether what is made for this option and this reader can have more than one frame. */
export function canMove(format: Transform["format"], accept: AcceptClass, formats: FormatTable = FORMATS): boolean {
  const stored = storedFormat(format, accept, formats);
  return outputFormats(formats).some(
    ([name, { acceptClass, abilities }]) =>
      abilities.animation && (format === "auto" ? acceptClass === stored : name === stored),
  );
}

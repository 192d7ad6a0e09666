/** The metadata of a file as exifreader reads it. */
import ExifReader from "exifreader";

export type Tags = Readonly<Record<string, { readonly value?: unknown; readonly description?: string } | undefined>>;
export type Groups = { readonly exif: Tags; readonly iptc: Tags; readonly xmp: Tags };

/** Null where exifreader does not know the kind of file. */
export function reference(bytes: Uint8Array): Groups | null {
  try {
    const groups = ExifReader.load(Buffer.from(bytes), { expanded: true }) as unknown as Partial<Groups>;
    return { exif: groups.exif ?? {}, iptc: groups.iptc ?? {}, xmp: groups.xmp ?? {} };
  } catch {
    return null;
  }
}

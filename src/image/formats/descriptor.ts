/**
 * The description of a format, in `formats/<name>/descriptor.ts`. It is data only, so every folder may import it without
 * importing code.
 */

/** All of these byte runs (hexadecimal) must stand at their offsets. */
export type Magic = readonly (readonly [offset: number, hex: string])[];

/** How the first bytes of a file name its format. */
export type Signature =
  /** Fixed bytes. One of the alternatives must match. */
  | { readonly by: "magic"; readonly anyOf: readonly Magic[] }
  /** Brands in the `ftyp` box of ISO base media (ISO/IEC 14496-12 4.3). One of them must be listed. */
  | { readonly by: "brand"; readonly anyOf: readonly string[] }
  /** A text whose root element has this name. */
  | { readonly by: "root"; readonly element: string };

/** How we read a format. */
export type FormatInput = {
  /** The most pixels we decode of this format. A deployment can set a lower limit, not a higher one. */
  readonly maxPixels: number;
  /** Names of rows in codecs.ts, in order of preference. If one does not support the file, the next one is tried. */
  readonly decoders: readonly [string, ...string[]];
  /** True: the second Worker decodes it (src/heavy). A deployment without that Worker answers 415. */
  readonly heavy?: true;
  /** True: it has no pixels of its own. It is drawn at the size asked for, so `enlarge` and `maxPixels` do not matter. */
  readonly vector?: true;
};

/**
 * What a reader's Accept header asks for, best first (RFC 9110 12.5.1). A class is the name of the format whose MIME
 * type the header must name; `base` is what everybody can show.
 */
export const ACCEPT_CLASSES = ["avif", "webp", "base"] as const;
export type AcceptClass = (typeof ACCEPT_CLASSES)[number];

/** How we write a format. */
export type FormatOutput = {
  /** The Accept class that gets this format when the address names none. */
  readonly acceptClass: AcceptClass;
  /**
   * True: no reader waits for it unless the address names it, because making it takes long. Readers of its class get the
   * next lower class until a job has made it (rendition/secondView.ts).
   */
  readonly later?: true;
  readonly abilities: {
    /** Pixels can be transparent. */
    readonly alpha: boolean;
    /** Our encoder can write more than one frame. */
    readonly animation: boolean;
    /** It is lossy: the quality decides how much is lost. */
    readonly quality: boolean;
  };
  /** 1..100, used when the address names none. */
  readonly defaultQuality: number;
  /** The encoder's own scale from fast to small (libwebp: 0..6). 0 when it has none. */
  readonly defaultEffort: number;
  /** Name and number of our encoder. Raise the number when its bytes change (maker.ts). */
  readonly encoder: string;
  /** Bytes the encoder holds for each pixel of the result, beside the pixels: its copy, its planes, its output. */
  readonly bytesPerPixel: number;
  /** From this quality on the encoder keeps chroma at full size (4:4:4), which takes more memory. Below it is 4:2:0. */
  readonly fullChroma?: { readonly fromQuality: number; readonly bytesPerPixel: number };
  /** How stored metadata names the format. Never changes and is never used again for another format. */
  readonly storedCode: string;
};

export type FormatDescriptor = {
  /** The name that people read. */
  readonly label: string;
  readonly mime: string;
  readonly signature: Signature;
  /** Extensions of file names, without the dot. The first one is the one we write. */
  readonly extensions: readonly [string, ...string[]];
  /** Null: we recognise the format but do not decode it. */
  readonly input: FormatInput | null;
  /** Null: we do not write the format. */
  readonly output: FormatOutput | null;
  /** The note about the format in docs/front-end/url.md. */
  readonly note: string;
};

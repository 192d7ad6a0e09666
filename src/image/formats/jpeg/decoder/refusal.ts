/** Why a JPEG is refused. Damage alone is no reason: what can be seen of a picture is shown. */

/** Codings that no decoder here knows. The message of such an UnsupportedJpeg is the name of the coding. */
const UNDECODED = ["arithmetic-coded", "lossless", "hierarchical", "precision", "components"] as const;

export type JpegReason =
  | (typeof UNDECODED)[number]
  | "not-a-jpeg"
  | "sampling"
  | "dimensions"
  | "no-picture"
  | "table"
  | "work"
  | "memory";

/** What the JPEG decoder throws for a file that it does not decode. Everything else it throws is a fault of ours. */
export class UnsupportedJpeg extends Error {
  readonly reason: JpegReason;

  constructor(reason: JpegReason, message: string) {
    super(message);
    this.name = "UnsupportedJpeg";
    this.reason = reason;
  }

  /** The file may be sound; its coding is not decoded here. */
  get isUndecodedCoding(): boolean {
    return UNDECODED.some((reason) => reason === this.reason);
  }
}

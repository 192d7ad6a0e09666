/** Why a JPEG is refused. Damage alone is no reason: what can be seen of a picture is shown. */
export type JpegReason =
  | "not-a-jpeg"
  | "arithmetic"
  | "lossless"
  | "hierarchical"
  | "precision"
  | "components"
  | "sampling"
  | "dimensions"
  | "no-picture"
  | "table"
  | "memory";

/** What the JPEG decoder throws for a file it cannot or will not decode; anything else thrown is a fault of ours. */
export class UnsupportedJpeg extends Error {
  readonly reason: JpegReason;

  constructor(reason: JpegReason, message: string) {
    super(message);
    this.name = "JpegRefusal";
    this.reason = reason;
  }
}

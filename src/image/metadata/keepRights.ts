/** The rights that a result keeps of the file it is made from. */
import type { Transform } from "../../request/transform.ts";
import { blocksOf, XMP_WRITERS } from "../formats/codecs.ts";
import type { FormatName, OutputFormat } from "../formats/registry.ts";
import type { Size } from "../picture.ts";
import { NO_RIGHTS, rightsOf, withGiven } from "./rights.ts";
import { packetBytes, rightsXmp } from "./rightsXmp.ts";

/** The file that a result is made from, and what the request says of rights. */
export type RightsOrder = {
  readonly bytes: Uint8Array;
  readonly format: FormatName;
  readonly transform: Pick<Transform, "keepCopyright" | "license">;
};

/** A result -> the same with the rights of its source as XMP, where there are any and the request keeps them. */
export function withRights(
  result: Uint8Array,
  { format, ...size }: Size & { readonly format: OutputFormat },
  { bytes, format: from, transform }: RightsOrder,
): Uint8Array {
  const { keepCopyright, license } = transform;
  const keeps = keepCopyright !== null && keepCopyright !== "none";
  const rights = withGiven(keeps ? rightsOf(blocksOf(from, bytes)) : NO_RIGHTS, license);
  const xmp = rightsXmp(rights, packetBytes(size));
  return xmp === null ? result : XMP_WRITERS[format](result, xmp);
}

/** Whether a source's file is the answer as it is (`raw`, `skip_processing`). Pure. */
import { Failure } from "../errors.ts";
import { ACCEPT_CLASSES } from "../image/formats/descriptor.ts";
import { formatOf, type OutputFormat, outputFormats, outputOf } from "../image/formats/registry.ts";
import type { Header } from "../image/header.ts";
import type { RenditionRequest } from "../request/imageRequest.ts";

/**
 * The format of a file that is passed on, null = it is processed. `raw` passes on every kind that is made here, so that
 * nothing is served that could be a page; of another kind it throws Failure `option_invalid`, which is true of this address
 * only.
 */
export function passedOn(
  { transform, accept }: Pick<RenditionRequest, "transform" | "accept">,
  { format }: Pick<Header, "format">,
): OutputFormat | null {
  if (!transform.raw && transform.skip.length === 0) return null;
  const made = outputFormats().find(([name]) => name === format)?.[0] ?? null;
  if (transform.raw) {
    if (made !== null) return made;
    const limit = "only JPEG, PNG and WebP are passed on";
    throw new Failure("option_invalid", { option: "raw", value: `used on ${formatOf(format).label}`, limit });
  }
  if (made === null || !transform.skip.includes(made)) return null;
  if (transform.format !== "auto") return transform.format === made ? made : null;
  const rank = (name: (typeof ACCEPT_CLASSES)[number]) => ACCEPT_CLASSES.indexOf(name);
  return rank(accept) <= rank(outputOf(made).acceptClass) ? made : null;
}

/** Where a reader is sent while the host of a source is saturated (`ON_SATURATION`). Pure. */
import type { Config } from "../config/config.ts";
import type { ImageRequest, RenditionRequest } from "../request/imageRequest.ts";
import { isDefault } from "../request/options/option.ts";
import { OPTIONS } from "../request/options/table.ts";

/** How long a reader waits who can be sent to the source instead, in milliseconds. */
export const REDIRECT_AFTER_MS = 1_000;

/** Fields that only say how large a picture is or how many bytes it may have: the page shows the source's own as well. */
const SIZES: readonly string[] = ["width", "height", "dpr", "enlarge", "quality"];

type Asked = RenditionRequest & Partial<Pick<ImageRequest, "delivery">>;

/**
 * The source's own HTTPS address, if the deployment sends readers there and the picture asked for is the whole of it,
 * without effects and in any format. Else null. The caller has checked that the source is allowed and not taken down.
 */
export function redirectTarget(
  { source, transform, delivery }: Asked,
  { onSaturation }: Pick<Config, "onSaturation">,
): string | null {
  if (onSaturation !== "redirect" || delivery?.attachment === true) return null;
  const values: Readonly<Record<string, unknown>> = transform;
  const isWhole = Object.entries(OPTIONS).every(
    ([field, row]) =>
      row.effect === "delivery" || row.effect === "cache" || SIZES.includes(field) || isDefault(row, values[field]),
  );
  return isWhole ? source.replace(/^http:/, "https:") : null;
}

/** Where a reader is sent while the host of a source is saturated (`ON_SATURATION`). Pure. */
import type { Config } from "../config/config.ts";
import { candidatesFor } from "../origin/providers/candidates.ts";
import { NOTHING_KNOWN } from "../origin/providers/rule.ts";
import { providerRules } from "../origin/providers/switched.ts";
import { checkSource } from "../policy/source.ts";
import type { ImageRequest, RenditionRequest } from "../request/imageRequest.ts";
import { isDefault } from "../request/options/option.ts";
import { OPTIONS } from "../request/options/table.ts";

/** How long a reader waits who can be sent to the source instead, in milliseconds. */
export const REDIRECT_AFTER_MS = 1_000;

/** Fields that only say how large a picture is or how many bytes it may have: the page shows the source's own as well. */
const SIZES: readonly string[] = ["width", "height", "dpr", "enlarge", "quality"];

type Asked = RenditionRequest & Partial<Pick<ImageRequest, "delivery" | "hidden">>;

/**
 * The HTTPS address of the provider's own size that is best for the request, else of the source; if the deployment sends
 * readers there and the picture asked for is the whole of it, without effects and in any format. Else null. The caller has
 * checked that the source is allowed and not taken down; another host of the provider must be allowed too.
 */
export function redirectTarget(
  { source, transform, authority, delivery, hidden }: Asked,
  config: Config,
  ownHost: string,
): string | null {
  if (config.onSaturation !== "redirect" || delivery?.attachment === true || hidden === true) return null;
  const values: Readonly<Record<string, unknown>> = transform;
  const isWhole = Object.entries(OPTIONS).every(
    ([field, row]) =>
      (row.effect !== "geometry" && row.effect !== "pixels") || SIZES.includes(field) || isDefault(row, values[field]),
  );
  if (!isWhole) return null;
  const candidates = candidatesFor(source, transform, NOTHING_KNOWN, providerRules(config));
  const secure = candidates.map(({ url }) => url.replace(/^http:/, "https:"));
  return secure.find((url) => isAllowed(url, authority, config, ownHost)) ?? source.replace(/^http:/, "https:");
}

function isAllowed(...asked: Parameters<typeof checkSource>): boolean {
  try {
    checkSource(...asked);
    return true;
  } catch {
    return false;
  }
}

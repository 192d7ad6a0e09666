/** What an unsigned URL may not ask for, where its operator says so: options that one picture has any number of. Pure. */
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import type { ImageRequest } from "../request/imageRequest.ts";

type Wish = Pick<ImageRequest, "transform" | "cachebuster">;

/** Options by their imgproxy names, whichever door they came in by: whether a request uses them. */
export const REFUSABLE = {
  background: ({ transform }) => transform.background !== null,
  cachebuster: ({ cachebuster }) => cachebuster !== "",
  crop: ({ transform }) => transform.crop !== null,
  gravity: ({ transform: { gravity } }) =>
    gravity.kind === "focus" || gravity.at !== "ce" || gravity.x !== 0 || gravity.y !== 0,
  rotate: ({ transform }) => transform.rotate !== 0,
} as const satisfies Record<string, (wish: Wish) => boolean>;

export type Refusable = keyof typeof REFUSABLE;

/**
 * Throws Failure `option_not_allowed` for the first option of `UNSIGNED_REFUSED` that a request uses which neither a
 * signature nor the secret header vouches for.
 */
export function refuseUnsigned(
  request: Wish & Pick<ImageRequest, "authority">,
  { unsignedRefused }: Pick<Config, "unsignedRefused">,
): void {
  if (request.authority !== "list") return;
  const option = unsignedRefused.find((name) => REFUSABLE[name](request));
  if (option !== undefined) throw new Failure("option_not_allowed", { option });
}

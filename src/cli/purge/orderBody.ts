import type { PurgeArguments } from "./arguments.ts";

/** The body of the order that is sent to `/purge`, and that a dry run shows: only the fields that say something. */
export function orderBody(
  { target, stale }: Pick<PurgeArguments, "target" | "stale">,
  block: boolean | null,
  cursor: string | null,
): Readonly<Record<string, unknown>> {
  return {
    ...target,
    ...(block === null ? {} : { block }),
    ...(stale ? { stale } : {}),
    ...(cursor === null ? {} : { cursor }),
  };
}

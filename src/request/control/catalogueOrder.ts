/** The body of `POST /catalogue`, checked. Pure. */
import { Failure } from "../../errors.ts";

/** `retry` and `rebuild` go in steps: `cursor` is where the last one stopped, null = from the beginning. */
export type CatalogueOrder =
  | { readonly action: "start" | "pause" | "resume" | "status"; readonly run: string }
  | { readonly action: "rebuild"; readonly run: string; readonly cursor: string | null }
  | {
      readonly action: "retry";
      readonly run: string;
      /** Which pictures are taken up again; empty = those whose status is `failed`. */
      readonly statuses: readonly string[];
      readonly cursor: string | null;
    };

const SIMPLE = ["start", "pause", "resume", "status"] as const;

/** Reads `{"action", "run", "statuses"?, "cursor"?}`. Throws Failure `body_invalid` that names the field. */
export function readCatalogueOrder(body: Readonly<Record<string, unknown>>): CatalogueOrder {
  const { action, run, statuses = [], cursor = null } = body;
  if (typeof run !== "string" || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(run)) {
    return refuse("run must be 1 to 40 of a-z, 0-9 and -");
  }
  const simple = SIMPLE.find((name) => name === action);
  if (simple !== undefined) return { action: simple, run };
  if (action !== "retry" && action !== "rebuild") {
    return refuse(`action must be one of ${SIMPLE.join(", ")}, retry, rebuild`);
  }
  if (cursor !== null && typeof cursor !== "string") return refuse("cursor must be a text");
  if (action === "rebuild") return { action, run, cursor };
  if (!Array.isArray(statuses) || !statuses.every((status) => typeof status === "string")) {
    return refuse("statuses must be a list of texts");
  }
  return { action, run, statuses, cursor };
}

function refuse(why: string): never {
  throw new Failure("body_invalid", { why });
}

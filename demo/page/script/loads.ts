/** The last load of the page, kept for the next one in this tab. */
import { KINDS, type Kind } from "../stores.ts";

/** How many pictures each store answered. */
export type Load = {
  readonly counts: Readonly<Partial<Record<Kind, number>>>;
  readonly broken: number;
  readonly city: string;
  readonly direct: boolean;
  readonly medianMs: number | null;
};

const KEY = "firstlight-load";

/** The load before this one; null for none, or where the browser keeps nothing. */
export function lastLoad(): Load | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return isLoad(kept) ? kept : null;
  } catch {
    return null;
  }
}

export function keepLoad(load: Load): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(load));
  } catch {
    // Without storage there is no bar of the last load.
  }
}

function isLoad(value: unknown): value is Load {
  if (typeof value !== "object" || value === null) return false;
  const { counts, city } = value as Partial<Load>;
  return (
    typeof counts === "object" &&
    typeof city === "string" &&
    Object.keys(counts).every((key) => KINDS.includes(key as Kind))
  );
}

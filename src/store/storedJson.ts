/** JSON that a store gives back: it may be of another version of the Worker, cut, or somebody else's. Nothing throws. */

/** The value of a text; null for none and for a text that is no JSON. */
export function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** The value as an object with unknown fields; null if it is none. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
}

/**
 * Sets the time of a hint's line to `now`, in both forms: `t` in ms, or Flickr's `timestamp` in seconds. A line that is
 * no JSON object is returned unchanged, because a replay may send damaged lines on purpose.
 */
export function restamp(line: string, now: number): string {
  try {
    const hint = JSON.parse(line) as Record<string, unknown>;
    if (typeof hint !== "object" || hint === null || Array.isArray(hint)) return line;
    if ("timestamp" in hint) return JSON.stringify({ ...hint, timestamp: now / 1000 });
    return JSON.stringify({ ...hint, t: now });
  } catch {
    return line;
  }
}

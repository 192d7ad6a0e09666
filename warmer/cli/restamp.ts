/**
 * A hint's line with its time set to `now`, in either form: `t` in ms, or Flickr's `timestamp` in seconds. A line that
 * is no JSON object comes back as it was: sending damage is what a replay may be for.
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

/** One response: its status, its body as text, and whether the server keeps the connection open. */
export type PushResponse = { readonly status: number; readonly body: string; readonly keepAlive: boolean };

/**
 * The edge's reason for each path it refused, from `{"accepted":n,"refused":[{path,reason}]}`. Any other body counts as
 * all accepted. Never throws.
 * @param body the body of a response with a 2xx status
 * @param sent the number of paths in the push; no more reasons are returned
 */
export function refusalReasons(body: string, sent: number): readonly string[] {
  // The usual response is not parsed at all.
  if (!body.includes('"reason"')) return [];
  try {
    const refused = (JSON.parse(body) as { refused?: unknown }).refused;
    if (!Array.isArray(refused)) return [];
    return refused.slice(0, sent).map((entry: unknown) => reasonOf(entry));
  } catch {
    return [];
  }
}

/** A reason becomes a metric label, so only text that looks like a code is kept. */
function reasonOf(entry: unknown): string {
  const reason = typeof entry === "object" && entry !== null && "reason" in entry ? entry.reason : undefined;
  return typeof reason === "string" && /^[a-z0-9_-]{1,40}$/i.test(reason) ? reason : "other";
}

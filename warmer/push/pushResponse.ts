/** One parsed answer: its body as text, and whether the server keeps the connection. */
export type PushResponse = { readonly status: number; readonly body: string; readonly keepAlive: boolean };

/**
 * What the edge said of a push: the reason for each path it refused, from `{"accepted":n,"refused":[{path,reason}]}`.
 * A good status with another body counts as all accepted; never more refusals than paths were sent. Never throws.
 * @param body the answer's body, @param sent how many paths the push had
 */
export function refusalReasons(body: string, sent: number): readonly string[] {
  // The usual answer is decided without parsing it.
  if (!body.includes('"reason"')) return [];
  try {
    const refused = (JSON.parse(body) as { refused?: unknown }).refused;
    if (!Array.isArray(refused)) return [];
    return refused.slice(0, sent).map((entry: unknown) => reasonOf(entry));
  } catch {
    return [];
  }
}

/** Reasons become a metric's label, so only what looks like a code is kept. */
function reasonOf(entry: unknown): string {
  const reason = typeof entry === "object" && entry !== null && "reason" in entry ? entry.reason : undefined;
  return typeof reason === "string" && /^[a-z0-9_-]{1,40}$/i.test(reason) ? reason : "other";
}

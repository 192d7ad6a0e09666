/** The Worker's log lines in a log: as `npm run edge` prints them, or inside the entries of wrangler tail or Logpush. */
import type { Trace } from "../../telemetry.ts";

/** The traces in one line of a log. What is no log line of a request gives none. Never throws. */
export function tracesIn(text: string): readonly Trace[] {
  if (!text.includes("request")) return [];
  try {
    return tracesOf(JSON.parse(text));
  } catch {
    return [];
  }
}

/** `{"logs":[{"message":["…"]}]}` (wrangler tail) and `{"Logs":[{"Message":["…"]}]}` (Logpush) hold lines as text. */
function tracesOf(value: unknown): readonly Trace[] {
  if (typeof value !== "object" || value === null) return [];
  if (Reflect.get(value, "msg") === "request") return [value as Trace];
  const entries: unknown = Reflect.get(value, "logs") ?? Reflect.get(value, "Logs");
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: object) => {
    const message: unknown = Reflect.get(entry, "message") ?? Reflect.get(entry, "Message");
    const texts: readonly unknown[] = Array.isArray(message) ? message : [message];
    return texts.flatMap((text) => (typeof text === "string" ? tracesIn(text) : []));
  });
}

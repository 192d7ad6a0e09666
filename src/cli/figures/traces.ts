/** The Worker's log lines in a log: as `npm run edge` prints them, or inside the entries of wrangler tail or Logpush. */
import type { UsageLine } from "../../record.ts";
import type { Trace } from "../../telemetry.ts";

/** The traces in one line of a log. What is no log line of a request gives none. Never throws. */
export function tracesIn(text: string): readonly Trace[] {
  return linesIn(text, "request") as readonly Trace[];
}

/** The lines of what was used behind answers, in one line of a log. Never throws. */
export function usageIn(text: string): readonly UsageLine[] {
  return linesIn(text, "usage") as readonly UsageLine[];
}

function linesIn(text: string, msg: string): readonly object[] {
  if (!text.includes(msg)) return [];
  try {
    return linesOf(JSON.parse(text), msg);
  } catch {
    return [];
  }
}

/** `{"logs":[{"message":["…"]}]}` (wrangler tail) and `{"Logs":[{"Message":["…"]}]}` (Logpush) hold lines as text. */
function linesOf(value: unknown, msg: string): readonly object[] {
  if (typeof value !== "object" || value === null) return [];
  if (Reflect.get(value, "msg") === msg) return [value];
  const entries: unknown = Reflect.get(value, "logs") ?? Reflect.get(value, "Logs");
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: object) => {
    const message: unknown = Reflect.get(entry, "message") ?? Reflect.get(entry, "Message");
    const texts: readonly unknown[] = Array.isArray(message) ? message : [message];
    return texts.flatMap((text) => (typeof text === "string" ? linesIn(text, msg) : []));
  });
}

/** The region map that a deployment has in force: `GET /regions` of the Worker. */
import type { Weather } from "./report/report.ts";

const TIMEOUT_MS = 5_000;
const MOST_COLOS = 1_000;

/** Null: an older Worker, which has no such address. There the fixed table is in force. Never rejects. */
export async function weatherOf(endpoint: string): Promise<Weather | "unknown" | null> {
  try {
    const response = await fetch(`${endpoint}/regions?v=0`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status === 404) return null;
    return (response.ok ? readWeather(await response.json()) : null) ?? "unknown";
  } catch {
    return "unknown";
  }
}

/** `{"v":1,"version":N,"colos":{"MAD":"enam"}}`. Null when it is something else. */
export function readWeather(value: unknown): Weather | null {
  const { v, version, colos } = Object(value) as Readonly<Record<string, unknown>>;
  if (v !== 1 || typeof version !== "number" || typeof colos !== "object" || colos === null) return null;
  const entries = Object.entries(colos).filter(([, region]) => typeof region === "string");
  return { version, colos: Object.fromEntries(entries.slice(0, MOST_COLOS)) };
}

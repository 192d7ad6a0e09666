/** Whom an edge serves, said at its start: one without keys and lists refuses every picture. */
import { readLiveSettings } from "../../live/liveSettings.ts";

/** The variables that let somebody in. */
const DOORS = ["SIGNING_KEYS", "ALLOWED_SOURCES", "PHOTON_AUTHENTICATION"] as const;

/** What to say, or null where somebody is served. `settings`: text of the live settings, null = none. */
export function servesNobody(vars: Readonly<Record<string, unknown>>, settings: string | null): string | null {
  if (DOORS.some((name) => typeof vars[name] === "string" && vars[name] !== "")) return null;
  if (settings !== null && readLiveSettings(settings).allowedSources.length > 0) return null;
  return (
    "This edge serves nobody yet: it has no keys and no list of sources, so it refuses every picture. " +
    "Give it --var ALLOWED_SOURCES=HOST, or --var SIGNING_KEYS=HEX --var SIGNING_SALTS=HEX."
  );
}

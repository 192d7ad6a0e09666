/** Reads every variable of the table and collects every problem. */
import type { Settings } from "./setting.ts";
import { SETTINGS } from "./table.ts";

/** A Worker's `env` or the environment of a process: name -> value. */
export type Vars = Readonly<Record<string, unknown>>;

export type Read = {
  readonly settings: Settings;
  readonly problems: readonly string[];
};

const NAMES: readonly string[] = Object.values(SETTINGS).map(({ variable }) => variable);

/** Pairs of settings: the first must not be over the second. If only one of them is set, the other is adjusted to it. */
const ORDERED = [
  ["maxSourceBytes", "maxBytesInFlight"],
  ["minFreshSeconds", "maxFreshSeconds"],
] as const satisfies readonly (readonly [keyof Settings, keyof Settings])[];

/**
 * Variables -> all settings (read, or else the default) and every problem found. A variable is a string, number or
 * boolean; an empty one counts as unset. Everything else in `vars` is a binding and is skipped.
 */
export function readSettings(vars: Vars): Read {
  const problems: string[] = [];
  const given = new Set<keyof Settings>();
  const fields = Object.entries(SETTINGS).map(([field, setting]) => {
    const text = textOf(vars[setting.variable]);
    if (text === null) return [field, setting.fallback];
    given.add(field as keyof Settings);
    try {
      return [field, setting.read(text)];
    } catch (error) {
      problems.push(`${setting.variable}: ${error instanceof Error ? error.message : String(error)}`);
      return [field, setting.fallback];
    }
  });
  const settings = Object.fromEntries(fields) as { -readonly [K in keyof Settings]: Settings[K] };
  for (const [low, high] of ORDERED) {
    if (settings[low] <= settings[high]) continue;
    if (!given.has(low)) settings[low] = settings[high];
    else if (!given.has(high)) settings[high] = settings[low];
    else problems.push(`${nameOf(low)} ${settings[low]} is over ${nameOf(high)} ${settings[high]}`);
  }
  return { settings, problems: [...problems, ...unknownVariables(vars)] };
}

/** Problems for unknown variables: otherwise a misspelt name would silently leave a limit at its default. */
function unknownVariables(vars: Vars): readonly string[] {
  return Object.entries(vars).flatMap(([variable, value]) => {
    if (typeof value !== "string" || NAMES.includes(variable)) return [];
    const near = NAMES.find((known) => isNear(variable.toUpperCase(), known));
    return [`${variable} is not a known variable${near === undefined ? "" : `; did you mean ${near}?`}`];
  });
}

function nameOf(field: keyof Settings): string {
  return SETTINGS[field].variable;
}

function textOf(value: unknown): string | null {
  const text = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text.trim() : null;
}

/** Whether the Levenshtein distance of two names is at most 2. */
function isNear(a: string, b: string): boolean {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return (row[b.length] ?? 0) <= 2;
}

/** The variables that a local Worker gets: those of `wrangler.toml`, and over them what the command line gives. */
import { readFileSync } from "node:fs";
import { SETTINGS } from "../config/table.ts";

type Variables = Readonly<Record<string, string>>;

/**
 * The texts, numbers and flags under `[vars]` of a `wrangler.toml` (TOML 1.0), one a line, as text. It reads the few forms
 * that a variable of ours has, because loading wrangler for it takes more than a second.
 */
export function readVars(toml: string): Variables {
  const [, section = ""] = /^\[vars\][^\n]*\n([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(toml) ?? [];
  const lines = section.matchAll(/^\s*(\w+)\s*=\s*(?:"([^"\\]*)"|'([^']*)'|([\w.+-]+))\s*(?:#.*)?$/gm);
  return Object.fromEntries(
    [...lines].map(([, name = "", basic, literal, bare]) => [name, basic ?? literal ?? bare ?? ""]),
  );
}

/** `wrangler.toml` of this checkout with `given` over it. */
export function edgeVariables(given: Variables): Variables {
  return { ...readVars(readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8")), ...given };
}

/** The regions deployed with these variables. A list that cannot be read is for `readConfig` to report: the default here. */
export function deployedRegions(given: Variables): readonly string[] {
  const text = edgeVariables(given)[SETTINGS.regions.variable]?.trim() ?? "";
  try {
    return text === "" ? SETTINGS.regions.fallback : SETTINGS.regions.read(text);
  } catch {
    return SETTINGS.regions.fallback;
  }
}

/**
 * Live settings over the variables: what an operator changes by `wrangler kv key put settings '{…}'` without a
 * deployment. Nothing here enters a stored name but the purge epoch, and that only the edge's.
 */
import type { Config } from "../config.ts";
import { parseHostPattern } from "../policy/hosts.ts";

/** The JSON under the KV key `settings`; every field may be missing. */
export type LiveSettings = {
  /** Taken down: `source32` of canonical sources, `host16` of hosts (cache/key.ts). */
  readonly blockedSources?: readonly string[];
  readonly blockedHosts?: readonly string[];
  /** `host16` -> unix ms of its last purge. */
  readonly epochs?: Readonly<Record<string, number>>;
  /** Hosts allowed besides `ALLOWED_SOURCES`: a variable holds 5 KB, this 25 MiB. */
  readonly allowedSources?: readonly string[];
  /** `colo:DXB`, `c:AE`, `k:AS`, `r:eeur` -> region. */
  readonly regionOverrides?: Readonly<Record<string, string>>;
};

/**
 * The configuration with the settings' text over it. Total: text that cannot be read, or a field of another shape,
 * changes nothing, because a typing error in live settings must not stop the service.
 */
export function withSettings(config: Config, text: string | null): Config {
  const live = parseObject(text);
  const allowed = strings(live.allowedSources).filter(isPattern);
  return {
    ...config,
    allowedSources: allowed.length === 0 ? config.allowedSources : [...config.allowedSources, ...allowed],
    blocked: { sources: new Set(strings(live.blockedSources)), hosts: new Set(strings(live.blockedHosts)) },
    epochs: fields(live.epochs, (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0),
    regionOverrides: fields(live.regionOverrides, (value) => typeof value === "string"),
  };
}

/** The settings' text as an object; `{}` for none and for what is not an object. */
export function parseObject(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function fields<T>(value: unknown, fits: (one: unknown) => boolean): Record<string, T> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, one]) => fits(one))) as Record<string, T>;
}

function isPattern(text: string): boolean {
  try {
    parseHostPattern(text);
    return true;
  } catch {
    return false;
  }
}

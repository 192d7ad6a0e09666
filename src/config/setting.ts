/** The types of the table of variables. */
import type { Config } from "./config.ts";
import type { Reader } from "./read.ts";

/** Config as the variables have it: keys and salts are two lists, which `parseConfig` pairs. Live settings are left out. */
export type Settings = Omit<
  Config,
  | "signingPairs"
  | "blocked"
  | "epochs"
  | "staleEpochs"
  | "retiredMakers"
  | "regionOverrides"
  | "weatherSettings"
  | "regionMap"
  | "politeness"
> & {
  readonly signingKeys: readonly Uint8Array[];
  readonly signingSalts: readonly Uint8Array[];
};

export type Setting<T> = {
  readonly variable: string;
  readonly read: Reader<T>;
  readonly fallback: T;
  readonly doc: string;
  /** It is set with `wrangler secret put`, never in [vars]. No message repeats its value. */
  readonly secret?: true;
};

/** A part of the table. */
export type SomeSettings = { readonly [K in keyof Settings]?: Setting<Settings[K]> };

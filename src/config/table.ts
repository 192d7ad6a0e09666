/**
 * Every variable of the Worker in one table: its name, its reader, its default, and its text in
 * docs/operator/operations.md.
 */
import type { Setting, Settings } from "./setting.ts";
import { ACCESS } from "./table/access.ts";
import { ANSWERS } from "./table/answers.ts";
import { DEPLOYMENT } from "./table/deployment.ts";
import { FRESHNESS } from "./table/freshness.ts";
import { LIMITS } from "./table/limits.ts";
import { PROVIDERS } from "./table/providers.ts";
import { RECOGNITION } from "./table/recognition.ts";
import { UNSIGNED } from "./table/unsigned.ts";

export const SETTINGS = {
  ...ACCESS,
  ...LIMITS,
  ...UNSIGNED,
  ...FRESHNESS,
  ...DEPLOYMENT,
  ...ANSWERS,
  ...PROVIDERS,
  ...RECOGNITION,
} as const satisfies { readonly [K in keyof Settings]: Setting<Settings[K]> };

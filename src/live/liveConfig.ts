/** The configuration in force in one isolate: the variables with the live settings over them, parsed once per text. */
import type { Config } from "../config/config.ts";
import { asFailure } from "../errors.ts";
import { type RegionCheck, withSettings } from "./liveSettings.ts";
import { SettingsCache, type SettingsSources } from "./settingsCache.ts";

/** The check of `regions` for a deployment with these regions. */
export type RegionCheckOf = (deployed: readonly string[]) => RegionCheck;

export class LiveConfig {
  readonly #checkOf: RegionCheckOf;
  readonly #settings = new SettingsCache();
  #merged: { readonly variables: Config; readonly text: string | null; readonly config: Config } | null = null;

  constructor(checkOf: RegionCheckOf) {
    this.#checkOf = checkOf;
  }

  /**
   * Reads it. A text that cannot be read leaves the last good one in force. An isolate that has none throws Failure
   * `misconfigured`, since it cannot know what was taken down.
   */
  async read(variables: Config, sources: SettingsSources): Promise<Config> {
    return this.#merge(variables, await this.#settings.get(sources));
  }

  /** Takes over settings that this isolate has just written, so that its next request sees them. */
  replace(text: string, now: number): void {
    this.#settings.replace(text, now);
  }

  #merge(variables: Config, text: string | null): Config {
    const known = this.#merged?.variables === variables ? this.#merged : null;
    if (known?.text === text) return known.config;
    try {
      const config = text === null ? variables : withSettings(variables, text, this.#checkOf(variables.regions));
      this.#merged = { variables, text, config };
      return config;
    } catch (error) {
      if (known === null) throw error;
      console.error(JSON.stringify({ msg: "live settings not taken over", error: asFailure(error).detail }));
      this.#merged = { ...known, text };
      return known.config;
    }
  }
}

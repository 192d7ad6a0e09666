/** The live settings of a local edge, from a file: what `wrangler kv key put` is to a deployed one. */
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { overrideCheck } from "../../coordinate/overrides.ts";
import { asFailure } from "../../errors.ts";
import { readLiveSettings } from "../../live/liveSettings.ts";
import { SETTINGS_REFRESH_MS } from "../../live/settingsCache.ts";
import { deployedRegions } from "../variables.ts";

const LOOK_EVERY_MS = 500;

/**
 * The file's text, checked as a Worker with these variables does. Throws an Error that names the file and says all that is
 * wrong, with line and column.
 */
export function readSettingsFile(file: string, vars: Readonly<Record<string, string>> = {}): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`--settings cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  try {
    readLiveSettings(text, overrideCheck(deployedRegions(vars)));
    return text;
  } catch (error) {
    throw new Error(`--settings ${file}: ${asFailure(error).detail}`);
  }
}

/**
 * Puts the text into the store whenever the file has changed, and says so; a text that cannot be read is said and left
 * out, so that the settings before it hold on. Gives what ends it.
 */
export function followSettingsFile(
  file: string,
  put: (text: string) => Promise<unknown>,
  say: (line: string) => void,
  vars: Readonly<Record<string, string>> = {},
): () => void {
  const follow = async () => {
    try {
      await put(readSettingsFile(file, vars));
      say(`${file} taken over; it counts when what the Worker has is ${SETTINGS_REFRESH_MS / 1000} s old`);
    } catch (error) {
      say(`${file} not taken over: ${error instanceof Error ? error.message : error}`);
    }
  };
  const listener = () => void follow();
  watchFile(file, { interval: LOOK_EVERY_MS }, listener);
  return () => unwatchFile(file, listener);
}

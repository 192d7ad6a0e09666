import { type ParseArgsConfig, parseArgs } from "node:util";
import { answerHelp, refuse } from "../../src/cli/usage.ts";

/**
 * Reads a program's flags as node:util's parseArgs does, but talks to people: `--help` prints the usage and ends with
 * 0, a flag nobody knows prints one line and the usage and ends with 2.
 */
export function readFlags<const T extends ParseArgsConfig & { readonly args: readonly string[] }>(
  usage: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  answerHelp(usage, config.args);
  try {
    return parseArgs(config);
  } catch (error) {
    // Only the first sentence: the rest is about positional arguments, which nobody meant.
    return refuse(usage, String((error as Error).message).split(/\.\s/)[0] ?? "");
  }
}

/** What the warmer's programs share on the command line: flags, usage, and refusals. */
import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * Reads the flags of a program like parseArgs of node:util. `--help` and `-h` before a lone `--` print the usage and end
 * the program with 0. An unknown flag prints one line and the usage, and ends the program with 2.
 */
export function readFlags<const T extends ParseArgsConfig & { readonly args: readonly string[] }>(
  usage: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  const end = config.args.indexOf("--");
  const flags = config.args.slice(0, end < 0 ? undefined : end);
  if (flags.includes("--help") || flags.includes("-h")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    // Only the first sentence. The rest explains positional arguments, which is not the user's problem.
    return refuse(usage, String((error as Error).message).split(/\.\s/)[0] ?? "");
  }
}

/** Prints what is wrong and the usage on standard error, and ends the program with 2. */
export function refuse(usage: string, problem: string): never {
  console.error(`${problem}\n${usage}`);
  process.exit(2);
}

/** A number with its noun: `1 line`, `2 lines`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

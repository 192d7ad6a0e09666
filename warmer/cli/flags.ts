import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * Reads a program's flags as node:util's parseArgs does, but talks to people: `--help` prints the usage and ends with
 * 0, a flag nobody knows prints one line and the usage and ends with 1.
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
    // Only the first sentence: the rest is about positional arguments, which nobody meant.
    return refuse(usage, String((error as Error).message).split(/\.\s/)[0] ?? "");
  }
}

/** Ends the program with 1, after a line of what is wrong and the usage, on standard error. */
export function refuse(usage: string, problem: string): never {
  console.error(`${problem}\n${usage}`);
  process.exit(1);
}

/** How every program answers a call for help and a wrong command line. */

/** If `--help` or `-h` is given, prints the usage and ends the program with 0. After a lone `--` neither is looked for. */
export function answerHelp(usage: string, argv: readonly string[]): void {
  const end = argv.indexOf("--");
  const flags = argv.slice(0, end < 0 ? undefined : end);
  if (!flags.includes("--help") && !flags.includes("-h")) return;
  console.log(usage);
  process.exit(0);
}

/** Prints the problems, one a line, and the usage on standard error, and ends the program with 2. */
export function refuse(usage: string, ...problems: readonly string[]): never {
  console.error([...problems, usage].join("\n"));
  process.exit(2);
}

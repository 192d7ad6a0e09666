/** What every program says of its command line: the usage to who asks for it, and to who got it wrong. */

/** Prints the usage and ends the program with 0 when `--help` or `-h` stands before a lone `--`. */
export function answerHelp(usage: string, argv: readonly string[]): void {
  const end = argv.indexOf("--");
  const flags = argv.slice(0, end < 0 ? undefined : end);
  if (!flags.includes("--help") && !flags.includes("-h")) return;
  console.log(usage);
  process.exit(0);
}

/** Ends the program with 2, after what is wrong, a line each, and the usage, on standard error. */
export function refuse(usage: string, ...problems: readonly string[]): never {
  console.error([...problems, usage].join("\n"));
  process.exit(2);
}

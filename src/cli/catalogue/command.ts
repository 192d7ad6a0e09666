/** A subcommand of `npm run catalogue`. */

export type Command = {
  /** What `--help` prints. */
  readonly usage: string;
  /**
   * `argv`: the words after the name of the subcommand. Gives the exit code: 0 done, 1 failed, 2 wrong arguments, 130
   * interrupted. Results go to standard output, progress and problems to standard error.
   */
  readonly run: (argv: readonly string[], env: Readonly<Record<string, string | undefined>>) => Promise<number>;
};

/** A row of the table of subcommands. `load` imports the subcommand, so that none of them loads what another needs. */
export type CommandRow = { readonly summary: string; readonly load: () => Promise<Command> };

/** The subcommands of `npm run catalogue`, in the order in which they are used. */
import type { CommandRow } from "./command.ts";

export const COMMANDS = {
  plan: {
    summary: "read a manifest once and print hosts, days and dollars",
    load: async () => (await import("./plan.ts")).PLAN,
  },
  likeness: {
    summary: "find copies among the pictures by their hashes, and cluster them",
    load: async () => (await import("./likeness.ts")).LIKENESS,
  },
  infer: {
    summary: "give pictures with few tags those that their neighbours agree on",
    load: async () => (await import("./infer.ts")).INFER,
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

export type CommandName = keyof typeof COMMANDS;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

export const CATALOGUE_USAGE = `Usage: npm run catalogue -- COMMAND [ARGUMENTS]
Makes the thumbnails of a whole catalogue, and collects their facts. docs/catalogue.md says how.
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join("\n")}
npm run catalogue -- COMMAND --help says more.`;

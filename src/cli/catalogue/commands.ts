/** The subcommands of `npm run catalogue`, in the order in which they are used. */
import type { CommandRow } from "./command.ts";

export const COMMANDS = {
  plan: {
    summary: "read a manifest once and print hosts, days and dollars",
    load: async () => (await import("./plan.ts")).PLAN,
  },
  import: {
    summary: "sort a manifest by host and write it into the bucket",
    load: async () => (await import("./import.ts")).IMPORT,
  },
  start: {
    summary: "start a run that was imported, and show it",
    load: async () => (await import("./orders.ts")).START,
  },
  pause: {
    summary: "send no more chunks",
    load: async () => (await import("./orders.ts")).PAUSE,
  },
  resume: {
    summary: "go on with a run that was paused",
    load: async () => (await import("./orders.ts")).RESUME,
  },
  status: {
    summary: "say how a run stands",
    load: async () => (await import("./orders.ts")).STATUS,
  },
  retry: {
    summary: "take failed pictures up again",
    load: async () => (await import("./orders.ts")).RETRY,
  },
  export: {
    summary: "write what became of the pictures to Postgres, JSONL or TSV",
    load: async () => (await import("./export.ts")).EXPORT,
  },
  dead: {
    summary: "list the pictures that are gone or false",
    load: async () => (await import("./dead.ts")).DEAD,
  },
  attribute: {
    summary: "write sub-providers such as NASA into a table of Postgres",
    load: async () => (await import("./attribute.ts")).ATTRIBUTE,
  },
  rebuild: {
    summary: "fill the databases for look-ups from the log again",
    load: async () => (await import("./orders.ts")).REBUILD,
  },
  taps: {
    summary: "make the hashes that outcomes lack, from stored renditions",
    load: async () => (await import("./taps.ts")).TAPS,
  },
  likeness: {
    summary: "find copies among the pictures by their hashes, and cluster them",
    load: async () => (await import("./likeness.ts")).LIKENESS,
  },
  infer: {
    summary: "give pictures with few tags those that their neighbours agree on",
    load: async () => (await import("./infer.ts")).INFER,
  },
  recognise: {
    summary: "order labels for the pictures of a run, within a budget",
    load: async () => (await import("./recognise.ts")).RECOGNISE,
  },
  similar: {
    summary: "write the files of likeness into the databases, for GET /similar",
    load: async () => (await import("./similar.ts")).SIMILAR,
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

export type CommandName = keyof typeof COMMANDS;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

export const CATALOGUE_USAGE = `Usage: npm run catalogue -- COMMAND [ARGUMENTS]
Makes the thumbnails of a whole catalogue, and collects their facts. docs/operator/catalogue.md says how.
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join("\n")}
npm run catalogue -- COMMAND --help says more.`;

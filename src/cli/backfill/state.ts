/** The state file: the progress of a backfill, and which one it is. It is replaced whole, so a killed run leaves a good file. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { BackfillArguments } from "./arguments.ts";
import { NOTHING_YET, type Progress } from "./copy.ts";

type State = Progress & { readonly of: string };

/** Where to begin. Throws when the file is another backfill's or cannot be read: else keys would be skipped uncopied. */
export function readState(args: BackfillArguments): Progress {
  if (args.state === null || !existsSync(args.state)) return NOTHING_YET;
  const { of, after, copied, present, missing } = JSON.parse(readFileSync(args.state, "utf8")) as Partial<State>;
  if (of !== nameOf(args))
    throw new Error(`${args.state} belongs to another backfill (${of}); this is ${nameOf(args)}`);
  return { after: after ?? "", copied: copied ?? 0, present: present ?? 0, missing: missing ?? 0 };
}

export function writeState(args: BackfillArguments, progress: Progress): void {
  if (args.state === null) return;
  const draft = `${args.state}.draft`;
  writeFileSync(draft, `${JSON.stringify({ of: nameOf(args), ...progress } satisfies State)}\n`);
  renameSync(draft, args.state);
}

function nameOf({ from, to, what }: BackfillArguments): string {
  return `${from} to ${to}, ${what.kind === "keys" ? `keys of ${what.file}` : `prefix ${what.prefix}`}`;
}

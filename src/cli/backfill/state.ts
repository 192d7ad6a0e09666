/** The state file: how far a backfill came, and of which one it is. Replaced whole, so that a kill leaves a good one. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { BackfillArguments } from "./arguments.ts";
import { NOTHING_YET, type Progress } from "./copy.ts";

type State = Progress & { readonly of: string };

/** Where to begin. Throws when the file is another backfill's or cannot be read: it would skip what was never copied. */
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

/** What a row of the table gets and gives. Each file of rows/ is one row (or some that belong together). */
import type { Processes } from "../engine/modules.ts";
import { type Runner, timeInTurn } from "../engine/runners.ts";

export type Context = {
  readonly processes: Processes;
  /** A folder for files that the row makes. It is deleted at the end. */
  readonly scratch: string;
  readonly corpus: string;
  /** The largest photograph, a JPEG. */
  readonly photo: string;
  readonly rounds: number;
};

export type Line = {
  readonly label: string;
  /** The figure that is held against the target. NaN: it could not be measured, and `note` says why. */
  readonly value: number;
  readonly unit: string;
  /** The most that is allowed; null for a figure that has no target. */
  readonly most: number | null;
  readonly note: string;
};

/** The default export of a file in rows/. */
export type Row = (context: Context) => Promise<readonly Line[]>;

export const WEBP_640 = { format: "webp", side: 640, quality: 75 } as const;
export const MB = 1024 * 1024;

/**
 * Our CPU time for a 640 px WebP of a file, whole request, over sharp's, in turns. `forSharp` is the same picture in a
 * format that sharp reads, when it does not read the file.
 */
export async function timesSharp(
  { processes, rounds }: Context,
  label: string,
  file: string,
  most: number,
  forSharp: string = file,
): Promise<Line> {
  const { ours, sharp } = processes;
  const entry = (runner: Runner, own: string) => ({ runner, settings: WEBP_640, file: own });
  const [mine, native] = await timeInTurn([entry(ours, file), entry(sharp, forSharp)], file, rounds);
  if (mine === undefined || native === undefined) throw new Error("nothing was timed");
  const note = `${mine.ms.toFixed(0)} ms against ${native.ms.toFixed(0)} ms`;
  return { label: `${label}: times sharp`, value: mine.ms / native.ms, unit: "", most, note };
}

/** The linear memory of all instances after a 640 px WebP of a file, beginning with none. */
export async function wasmMemory({ processes }: Context, label: string, file: string, most: number): Promise<Line> {
  await processes.forget();
  const { memory } = await processes.ours.make(file, WEBP_640, 1);
  return { label: `${label}: WASM memory`, value: memory / MB, unit: " MB", most, note: "" };
}

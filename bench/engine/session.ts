/** What the benches of the engine work with: photographs, a folder for a while, and the programs that are compared. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startProcesses } from "./runners.ts";

export type Session = {
  /** The folder of `--corpus`, and the one in it that has the photographs. */
  readonly corpus: string;
  readonly photos: string;
  readonly scratch: string;
  readonly processes: Awaited<ReturnType<typeof startProcesses>>;
};

const DEFAULT_CORPUS = resolve(import.meta.dirname, "../../../shared/corpus");

/** Starts the programs, measures, and ends them. Throws when there are no photographs. */
export async function withSession<T>(
  folder: string | undefined,
  measure: (session: Session) => Promise<T>,
): Promise<T> {
  const corpus = resolve(folder ?? DEFAULT_CORPUS);
  const photos = existsSync(join(corpus, "photos")) ? join(corpus, "photos") : corpus;
  if (!existsSync(photos)) throw new Error(`no photographs in ${corpus}: name a folder of JPEGs with --corpus DIR`);
  const scratch = mkdtempSync(join(tmpdir(), "firstlight-bench-"));
  const processes = await startProcesses();
  try {
    return await measure({ corpus, photos, scratch, processes });
  } finally {
    await processes.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

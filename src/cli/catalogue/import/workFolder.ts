/**
 * The folder of one import: the sorted rows, and how far they are written. A killed import goes on from it. Every file is
 * replaced whole.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportSource } from "./source.ts";

/** What the sort has left. Paths are those of the folder. */
export type SortedRows = {
  readonly source: ImportSource;
  readonly runs: readonly string[];
  readonly summary: SortSummary;
};

export type SortSummary = {
  readonly lines: number;
  readonly broken: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  /** Rows that lost their tags and labels because they were too long. */
  readonly trimmed: number;
  /** Pictures by sub-provider. */
  readonly attributed: Readonly<Record<string, number>>;
  readonly labelled: number;
  /** Lines of the file of labels that belong to no picture, and that are none. */
  readonly labelsWithoutPicture: number;
  readonly labelsUnreadable: number;
};

export class WorkFolder {
  readonly path: string;

  /** Makes the folder, and takes it. Throws Error in words when another import has it. */
  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    this.#lock();
  }

  /** Null: the rows are not sorted yet, or files of the sort are missing. */
  readSorted(): SortedRows | null {
    const file = join(this.path, SORTED);
    if (!existsSync(file)) return null;
    const sorted = JSON.parse(readFileSync(file, "utf8")) as SortedRows;
    return sorted.runs.every((run) => existsSync(run)) ? sorted : null;
  }

  writeSorted(sorted: SortedRows): void {
    this.#replace(SORTED, JSON.stringify(sorted));
  }

  /** So many parts, in the order of the sorted rows, are in the bucket. */
  readWritten(): number {
    const file = join(this.path, WRITTEN);
    return existsSync(file) ? Number(readFileSync(file, "utf8")) || 0 : 0;
  }

  writeWritten(parts: number): void {
    this.#replace(WRITTEN, String(parts));
  }

  /** Deletes what an earlier import has left. */
  empty(): void {
    for (const name of readdirSync(this.path)) {
      if (name !== LOCK) rmSync(join(this.path, name), { recursive: true, force: true });
    }
  }

  /** Bytes in the folder. */
  size(): number {
    return readdirSync(this.path).reduce((sum, name) => sum + statSync(join(this.path, name)).size, 0);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Keeps the files for the next import. */
  release(): void {
    rmSync(join(this.path, LOCK), { force: true });
  }

  #lock(): void {
    const file = join(this.path, LOCK);
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
    } catch {
      const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
      if (pid !== process.pid && isAlive(pid)) {
        throw new Error(`another import of this run works in ${this.path} (process ${pid}). Wait for it, or end it`);
      }
      writeFileSync(file, String(process.pid));
    }
  }

  #replace(name: string, text: string): void {
    const draft = join(this.path, `${name}.draft`);
    writeFileSync(draft, text);
    renameSync(draft, join(this.path, name));
  }
}

const [SORTED, WRITTEN, LOCK] = ["sorted.json", "written", "lock"] as const;

/**
 * The folder of a run: the same for the same run of the same deployment. It lies below `parent`, which may have other files;
 * the folder itself is emptied and deleted.
 */
export function folderOf(parent: string, endpoint: string, bucket: string, run: string): string {
  const mark = createHash("sha256").update(`${endpoint} ${bucket} ${run}`).digest("hex").slice(0, 12);
  return join(parent, `firstlight-catalogue-${run}-${mark}`);
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What the edges saw of one picture of the race. Pure. */
import type { Traces } from "./world.ts";

/** Unix milliseconds; null for what did not happen. */
export type EdgeMoments = {
  /** The push with this picture reached the edge that makes the copy. */
  readonly pushed: number | null;
  /** The store of the reader's region has the copy. */
  readonly stored: number | null;
};

/** `path`: of the picture. `key`: of its rendition in the stores. */
export function edgeMomentsOf({ push }: Traces, path: string, key: string): EdgeMoments {
  const first = (what: string, phase: string, wanted: string) =>
    push.find((event) => event.what === what && event.phase === phase && event.key === wanted)?.at ?? null;
  return { pushed: first("push", "called", path), stored: first("region.put", "done", key) };
}

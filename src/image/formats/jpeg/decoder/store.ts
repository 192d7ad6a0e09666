/** Memory for the coefficients of files with several scans. */
import type { JpegEngine } from "./engine.ts";
import type { JpegHeader } from "./header.ts";
import { allocate, keptLimit, setField, type Window } from "./layout.ts";
import { UnsupportedJpeg } from "./refusal.ts";
import { neededScans, type ScanChoice } from "./scans.ts";

/** The most bytes that all coefficients and their history may take. */
export const MAX_STORE_BYTES = 32 * 1024 * 1024;

export type Store = ScanChoice & {
  /** Bytes per component. */
  readonly coefficientBytes: readonly number[];
  readonly historyBytes: readonly number[];
  readonly bytes: number;
};

/** The blocks of a component, counted as in scans that hold only this component (T.81, A.2.2). */
export function blocksOf(header: JpegHeader, index: number): { across: number; down: number } {
  const { h = 1, v = 1 } = header.components[index] ?? {};
  return {
    across: Math.ceil(Math.ceil((header.width * h) / header.across) / 8),
    down: Math.ceil(Math.ceil((header.height * v) / header.down) / 8),
  };
}

/**
 * What must be stored. If it is over `limit`, components get no AC refinement, the last component first. The lowest
 * bits of their AC coefficients are then missing: an error of up to 2^Al - 1 quantisation steps each.
 */
export function storeOf(header: JpegHeader, windows: readonly Window[], limit = MAX_STORE_BYTES): Store {
  const limits = windows.map((w) => keptLimit(w.size));
  const coefficientBytes = windows.map((w) =>
    Math.max(0, (w.right - w.left) * (w.bottom - w.top) * w.size * w.size * 2),
  );
  const refined = header.components.map(() => true);
  for (let drop = refined.length; ; drop--) {
    if (drop < refined.length) refined[drop] = false;
    const choice = neededScans(header, limits, refined);
    const historyBytes = choice.history.map((kept, i) => {
      const { across, down } = blocksOf(header, i);
      return kept ? across * down * 8 : 0;
    });
    const bytes = [...coefficientBytes, ...historyBytes].reduce((sum, n) => sum + n, 0);
    if (bytes <= limit || drop === 0) return { ...choice, coefficientBytes, historyBytes, bytes };
  }
}

/** Allocates and clears it. Throws UnsupportedJpeg if it is over the limit. */
export function placeStore(engine: JpegEngine, header: JpegHeader, store: Store): void {
  if (store.bytes > MAX_STORE_BYTES) {
    throw new UnsupportedJpeg(
      "memory",
      `JPEG needs ${store.bytes} bytes for its coefficients; ${MAX_STORE_BYTES} is the limit`,
    );
  }
  const cleared = (bytes: number): number => {
    if (bytes === 0) return 0;
    const at = allocate(engine, bytes + 16);
    new Uint8Array(engine.exports.memory.buffer, at, bytes + 16).fill(0);
    return at;
  };
  header.components.forEach((_, i) => {
    const { across, down } = blocksOf(header, i);
    setField(engine, i, "blocksAcross", across);
    setField(engine, i, "blocksDown", down);
    setField(engine, i, "coefficients", cleared(store.coefficientBytes[i] ?? 0));
    setField(engine, i, "history", cleared(store.historyBytes[i] ?? 0));
  });
}

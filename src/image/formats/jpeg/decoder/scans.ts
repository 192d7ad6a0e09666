/** Which scans of a file with several have to be decoded for the coefficients that are kept: pure. */
import type { JpegHeader, JpegScan } from "./header.ts";

/** What a scan holds, numbered as in assembly/jpeg/stored.ts. */
export const SCAN_KINDS = { sequential: 0, firstDc: 1, refineDc: 2, firstAc: 3, refineAc: 4 } as const;
export type ScanKind = keyof typeof SCAN_KINDS;

export type NeededScan = { readonly scan: JpegScan; readonly kind: ScanKind };

export type ScanChoice = {
  readonly scans: readonly NeededScan[];
  /** Components of which it must be remembered which coefficients are nonzero, for a refinement scan. */
  readonly history: readonly boolean[];
};

function kindOf(header: JpegHeader, scan: JpegScan): ScanKind {
  if (!header.progressive) return "sequential";
  if (scan.first === 0) return scan.high === 0 ? "firstDc" : "refineDc";
  return scan.high === 0 ? "firstAc" : "refineAc";
}

/**
 * Scans of one component that are decoded at most: what an encoder's script has is 6 to 10 (libjpeg, mozjpeg); a file
 * with more is shown as coarse as its first ones leave it.
 */
export const MAX_SCANS_OF_COMPONENT = 32;

/** Whether the scan's parameters are among those of table G.1. */
function legal(header: JpegHeader, scan: JpegScan): boolean {
  if (!header.progressive) return true;
  if (scan.low > 13 || (scan.high !== 0 && scan.high !== scan.low + 1)) return false;
  if (scan.first === 0) return scan.last === 0;
  return scan.components.length === 1 && scan.last >= scan.first && scan.last < 64;
}

/**
 * Passes over scans that do not go on from what came before (a repeated scan is what a file meant to cost time is made
 * of): per component and coefficient, the first scan comes once and each refinement is of the next bit.
 */
function inSequence(header: JpegHeader): JpegScan[] {
  const positions = header.components.map(() => new Int8Array(64).fill(-1));
  const counts = header.components.map(() => 0);
  return header.scans.filter((scan) => {
    if (!legal(header, scan)) return false;
    if (scan.components.some(({ index }) => (counts[index] ?? 0) >= MAX_SCANS_OF_COMPONENT)) return false;
    const last = header.progressive ? scan.last : 0;
    const expected = scan.high === 0 ? -1 : scan.high;
    for (const { index } of scan.components) {
      for (let k = scan.first; k <= last; k++) if (positions[index]?.[k] !== expected) return false;
    }
    for (const { index } of scan.components) {
      positions[index]?.fill(scan.low, scan.first, last + 1);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return true;
  });
}

/**
 * Chooses the scans that touch a component's first `limits[i]` coefficients in zigzag order. A refinement scan can only
 * be read by who knows which coefficients of its band were nonzero before, kept or not: so for each one that is needed,
 * earlier scans of its band are too. Components not `refined` do without (AC refinement).
 */
export function neededScans(header: JpegHeader, limits: readonly number[], refined: readonly boolean[]): ScanChoice {
  const history = header.components.map(() => false);
  const wanted = header.components.map(() => new Uint8Array(64));
  const scans: NeededScan[] = [];
  for (const scan of inSequence(header).reverse()) {
    const kind = kindOf(header, scan);
    const index = scan.components[0]?.index ?? 0;
    if (kind === "firstAc" || kind === "refineAc") {
      const known = wanted[index] ?? new Uint8Array(64);
      const asked = known.subarray(scan.first, scan.last + 1).includes(1);
      if (scan.first >= (limits[index] ?? 64) && !asked) continue;
      if (kind === "refineAc") {
        if (refined[index] !== true) continue;
        history[index] = true;
        known.fill(1, scan.first, scan.last + 1);
      }
    }
    scans.push({ scan, kind });
  }
  return { scans: scans.reverse(), history };
}

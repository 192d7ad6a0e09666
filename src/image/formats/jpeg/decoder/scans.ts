/** Which scans of a file with several must be decoded for the coefficients that are kept. Pure. */
import type { JpegHeader, JpegScan } from "./header.ts";

/** What a scan holds, numbered as in assembly/decoder/stored.ts. */
export const SCAN_KINDS = { sequential: 0, firstDc: 1, refineDc: 2, firstAc: 3, refineAc: 4 } as const;
export type ScanKind = keyof typeof SCAN_KINDS;

export type NeededScan = { readonly scan: JpegScan; readonly kind: ScanKind };

export type ScanChoice = {
  readonly scans: readonly NeededScan[];
  /** The components with a refinement scan: it must be known which of their coefficients are nonzero. */
  readonly history: readonly boolean[];
};

function kindOf(header: JpegHeader, scan: JpegScan): ScanKind {
  if (!header.progressive) return "sequential";
  if (scan.first === 0) return scan.high === 0 ? "firstDc" : "refineDc";
  return scan.high === 0 ? "firstAc" : "refineAc";
}

/**
 * The most scans of one component that are decoded. Encoders write 6 to 10 (libjpeg, mozjpeg). A file with more is
 * shown as coarse as its first scans leave it.
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
 * Leaves out scans that do not continue the scans before them: for each component and coefficient the first scan comes
 * once, and each refinement has the next bit. Files that are made to cost time repeat scans.
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
 * be read when it is known which coefficients of its band are nonzero, kept or not: so it needs the earlier scans of
 * its band too. Components that are not `refined` get no AC refinement.
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

/**
 * Max-min fairness: who wants little gets it, the others have equal parts of the rest (Bertsekas and Gallager, Data
 * Networks, 6.5.2). What nobody wants is spread evenly, so that a sudden demand finds something. Pure.
 */

/** One part for each demand, `total` together. `whole`: in whole numbers; the first ones get what a division leaves. */
export function allotted(total: number, demands: readonly number[], whole: boolean): number[] {
  const parts = demands.map(() => 0);
  let left = Math.max(0, total);
  let open = demands.map((_, i) => i);
  while (open.length > 0) {
    const fair = left / open.length;
    const small = open.filter((i) => (demands[i] ?? 0) <= fair);
    for (const i of small.length > 0 ? small : open) {
      parts[i] = small.length > 0 ? (demands[i] ?? 0) : fair;
      left -= parts[i] ?? 0;
    }
    open = small.length > 0 ? open.filter((i) => !small.includes(i)) : [];
  }
  const spare = Math.max(0, left) / Math.max(1, demands.length);
  const exact = parts.map((part) => part + spare);
  return whole ? roundedDown(exact) : exact;
}

/** Whole numbers of the same sum, by the largest remainders. */
function roundedDown(exact: readonly number[]): number[] {
  const floors = exact.map((part) => Math.floor(part + 1e-9));
  let left = Math.round(exact.reduce((sum, part) => sum + part, 0)) - floors.reduce((sum, part) => sum + part, 0);
  const byRemainder = exact
    .map((part, i) => [part - (floors[i] ?? 0), i] as const)
    .sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (const [, i] of byRemainder) {
    if (left-- <= 0) break;
    floors[i] = (floors[i] ?? 0) + 1;
  }
  return floors;
}

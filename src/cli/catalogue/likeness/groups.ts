/** Numbers by group, in the order of the numbers, without an object for each group. Pure. */

export type Groups = { readonly count: number; of(group: number): Uint32Array };

/** `groupOf`: the group of each number, below `count`. */
export function groupsOf(groupOf: Uint32Array, count: number): Groups {
  const starts = new Uint32Array(count + 1);
  for (const group of groupOf) starts[group + 1] = (starts[group + 1] ?? 0) + 1;
  for (let i = 1; i <= count; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  const members = new Uint32Array(groupOf.length);
  const next = starts.slice();
  for (const [number, group] of groupOf.entries()) {
    const to = next[group] ?? 0;
    members[to] = number;
    next[group] = to + 1;
  }
  return { count, of: (group) => members.subarray(starts[group], starts[group + 1]) };
}

/**
 * Names of clusters that stay the same from run to run. A new cluster is named after its representative. A cluster that
 * has pictures of an earlier one takes that one's name, so that a larger copy which comes in later changes the
 * representative and not the name. Pure but for its state.
 */

/** Of a picture of an earlier run. */
export type EarlierCluster = (id: string) => string | undefined;

/**
 * Gives the name of a cluster. Call it once for each cluster, in the order of the representatives. `members`: identifiers,
 * the representative first. An earlier name goes to the cluster that asks first with the most of its own members in it, and
 * never to two. `fresh`: the name of a cluster without an earlier one, from its representative.
 */
export function clusterNamer(earlier: EarlierCluster, fresh: (representative: string) => string) {
  const taken = new Set<string>();
  return (members: readonly string[]): string => {
    const votes = new Map<string, number>();
    for (const id of members) {
      const name = earlier(id);
      if (name !== undefined && !taken.has(name)) votes.set(name, (votes.get(name) ?? 0) + 1);
    }
    const [best] = [...votes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    let name = best?.[0] ?? fresh(members[0] ?? "");
    // The cluster that was named after this representative goes on under its name elsewhere.
    while (taken.has(name)) name = fresh(name);
    taken.add(name);
    return name;
  };
}

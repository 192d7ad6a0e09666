/** How urgent a piece of work is, in every queue that it still has to pass. */

/**
 * The most urgent first. People wait for `user` work. `warm` work fills stores before they ask. Nobody waits for a `job`:
 * a queue's, or an operator's.
 */
export const PRIORITY_LEVELS = ["user", "warm", "job"] as const;
export type PriorityLevel = (typeof PRIORITY_LEVELS)[number];

/** The priority of one piece of work. It only rises: when more urgent work joins it. */
export class Priority {
  #priority: PriorityLevel;
  /** Made when first needed: most requests are users' and never wait. */
  #raised: Set<() => void> | undefined;

  constructor(priority: PriorityLevel) {
    this.#priority = priority;
  }

  get priority(): PriorityLevel {
    return this.#priority;
  }

  /** 0 is the most urgent. */
  get rank(): number {
    return rankOf(this.#priority);
  }

  /** It is at least this urgent from now on. */
  promote(to: PriorityLevel = "user"): void {
    if (rankOf(to) >= this.rank) return;
    this.#priority = to;
    for (const run of [...(this.#raised ?? [])]) run();
  }

  /** Runs `run` each time it is raised; the function given back ends that. */
  onPromote(run: () => void): () => void {
    if (this.#priority === "user") return () => {};
    this.#raised ??= new Set();
    this.#raised.add(run);
    return () => void this.#raised?.delete(run);
  }
}

function rankOf(level: PriorityLevel): number {
  return PRIORITY_LEVELS.indexOf(level);
}

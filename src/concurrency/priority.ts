/** How urgent a piece of work is, in every queue that it still has to pass. */

/** People wait for `user` work. `warm` work only fills stores before they ask. */
export type PriorityLevel = "user" | "warm";

/** The priority of one piece of work. It only rises: when a user asks for what a push of the warmer has begun. */
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

  /** A user waits for it from now on. */
  promote(): void {
    if (this.#priority === "user") return;
    this.#priority = "user";
    for (const run of [...(this.#raised ?? [])]) run();
  }

  /** Runs `run` once it is raised; the function given back ends that. */
  onPromote(run: () => void): () => void {
    if (this.#priority === "user") return () => {};
    this.#raised ??= new Set();
    this.#raised.add(run);
    return () => void this.#raised?.delete(run);
  }
}

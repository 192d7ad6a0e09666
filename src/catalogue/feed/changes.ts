/** Which records of a feed have changed since they were last taken: they must be on disk before anything of them is said. */
import type { HostRecord } from "./hostRecord.ts";
import type { RunRecord } from "./runRecord.ts";

export type Taken = {
  readonly hosts: readonly HostRecord[];
  readonly finished: readonly HostRecord[];
  readonly runs: readonly RunRecord[];
};

export class Changes {
  /** Keys of hosts, and names of runs. */
  readonly #hosts = new Set<string>();
  readonly #runs = new Set<string>();
  readonly #finished: HostRecord[] = [];

  host(key: string): void {
    this.#hosts.add(key);
  }

  run(name: string): void {
    this.#runs.add(name);
  }

  /** The host is not under way any more. */
  finish(key: string, record: HostRecord): void {
    this.#hosts.delete(key);
    this.#finished.push(record);
  }

  /** The changed records as they are now, once. */
  take(hosts: ReadonlyMap<string, HostRecord>, runs: ReadonlyMap<string, RunRecord>): Taken {
    const taken = {
      hosts: [...this.#hosts].flatMap((key) => hosts.get(key) ?? []),
      runs: [...this.#runs].flatMap((name) => runs.get(name) ?? []),
      finished: [...this.#finished],
    };
    this.#hosts.clear();
    this.#runs.clear();
    this.#finished.length = 0;
    return taken;
  }
}

/** The hosts that are under way. Records of one host, of several runs or rounds, are a lane: they share its pace. */
import { BoundedMap } from "../../concurrency/boundedMap.ts";
import type { JobPace } from "../jobPace.ts";
import { type HostRecord, hostKeyOf, type Lease } from "./hostRecord.ts";
import type { ChunkName } from "./port.ts";
import { OPEN_HOSTS, QUEUED } from "./timing.ts";

export class OpenHosts {
  readonly records = new Map<string, HostRecord>();
  readonly #lanes = new Map<string, Set<string>>();
  readonly #counts = new Map<string, number>();
  #sent = 0;
  #begun = 0;
  /** When a host was last asked: another run may go on with it after its record has gone. */
  readonly #lastStarts = new BoundedMap<string, number>(4 * OPEN_HOSTS);

  /** Adds or replaces it. Gives its key. */
  put(record: HostRecord): string {
    const key = hostKeyOf(record);
    const { run, host16, lastStart } = record;
    if (!this.records.has(key)) {
      this.#counts.set(run, this.count(run) + 1);
      this.#lanes.set(host16, (this.#lanes.get(host16) ?? new Set()).add(key));
    }
    this.#count(this.records.get(key), -1);
    this.#count(record, 1);
    this.records.set(key, record);
    if (lastStart > this.lastStart(host16)) this.#lastStarts.set(host16, lastStart);
    return key;
  }

  remove(key: string, { run, host16 }: Pick<HostRecord, "run" | "host16">): void {
    this.#count(this.records.get(key), -1);
    if (!this.records.delete(key)) return;
    this.#counts.set(run, this.count(run) - 1);
    const lane = this.#lanes.get(host16);
    lane?.delete(key);
    if (lane?.size === 0) this.#lanes.delete(host16);
  }

  /** How many chunks may be sent now. */
  get room(): number {
    return Math.max(QUEUED.least, QUEUED.perBegun * this.#begun) - this.#sent;
  }

  #count(record: HostRecord | undefined, by: 1 | -1): void {
    for (const { state } of record?.leases ?? []) {
      if (state === "sent") this.#sent += by;
      if (state === "begun") this.#begun += by;
    }
  }

  /** How many a run has. */
  count(run: string): number {
    return this.#counts.get(run) ?? 0;
  }

  /** The lease that a chunk's message means. */
  find({ run, round, host16, part, from }: ChunkName): { key: string; record: HostRecord; lease: Lease } | null {
    const key = hostKeyOf({ run, round, host16 });
    const record = this.records.get(key);
    const lease = record?.leases.find((one) => one.part === part && one.from === from);
    return record === undefined || lease === undefined ? null : { key, record, lease };
  }

  lane(host16: string): readonly HostRecord[] {
    return [...(this.#lanes.get(host16) ?? [])].flatMap((key) => this.records.get(key) ?? []);
  }

  /** Leases of the host that somebody works on, without `own`. */
  working(host16: string, own: Lease): number {
    const leases = this.lane(host16).flatMap((record) => record.leases);
    return leases.filter((lease) => lease !== own && lease.state === "begun").length;
  }

  /** Unix milliseconds; 0 = not known. */
  lastStart(host16: string): number {
    return this.#lastStarts.get(host16) ?? 0;
  }

  /** The pace of one worker of the host now, and in how many milliseconds its first request may leave. */
  turn(host16: string, pace: JobPace, now: number): { readonly perSecond: number | null; readonly startInMs: number } {
    if (pace.perSecond === null) return { perSecond: null, startInMs: 0 };
    const slow = Math.max(...this.lane(host16).map((record) => record.slow));
    const perSecond = pace.perSecond / pace.workers / slow;
    const intervalMs = 1000 / perSecond;
    const startInMs = Math.max(0, this.lastStart(host16) + intervalMs - now);
    // After the clock was set back, the last start lies ahead.
    return { perSecond, startInMs: Math.ceil(Math.min(intervalMs, startInMs)) };
  }
}
